import { defineConfig } from 'vitest/config';

/** Tests of the studio's page in a browser: see `scripts/studio-test.ts`. */
export default defineConfig({
  test: {
    include: ['lab/studio/*.browser.ts'],
    pool: 'forks',
    maxWorkers: 1,
    env: { LAMP_THREADS: '2' },
    testTimeout: 600_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
