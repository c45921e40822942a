import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'lab/**/*.test.ts', 'scripts/**/*.test.ts'],
    // ONNX Runtime's native sessions are reported to crash in worker threads: processes only. Two of them with a
    // thread each: threads of one session wait for one another, so that sessions side by side hold each other up.
    pool: 'forks',
    maxWorkers: 2,
    // The system's own allocator (see `runtime/allocator.ts`): estimates are then the same on all machines.
    env: { LAMP_THREADS: '1', GLIBC_TUNABLES: '' },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
