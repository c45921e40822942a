import { defineConfig } from 'vitest/config';

/** Trainings that take minutes: `npm run test:slow`. */
export default defineConfig({
  test: { include: ['src/**/*.slow.ts', 'lab/**/*.slow.ts'], pool: 'forks', maxWorkers: 1 },
});
