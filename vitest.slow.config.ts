import { defineConfig } from 'vitest/config';

/** Trainings, kills of processes, and suites that take long: `npm run test:slow`. */
export default defineConfig({
  test: {
    include: ['src/**/*.slow.ts', 'lab/**/*.slow.ts'],
    pool: 'forks',
    maxWorkers: 1,
    env: { LAMP_THREADS: '1', GLIBC_TUNABLES: '' },
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
