import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const root = import.meta.dirname;
const replaces = /\bvi\.(mock|resetModules)\(/;

/** Test files that replace modules, or load them anew: their process has loaded none before. */
const apart = ['src', 'lab', 'scripts']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  )
  .filter((path) => path.endsWith('.test.ts') && replaces.test(readFileSync(join(root, path), 'utf8')))
  .map((path) => path.replaceAll('\\', '/'));

const tests = ['src/**/*.test.ts', 'lab/**/*.test.ts', 'scripts/**/*.test.ts'];

export default defineConfig({
  test: {
    // ONNX Runtime's native sessions are reported to crash in worker threads: processes only. Two of them with a
    // thread each: threads of one session wait for one another, so that sessions side by side hold each other up.
    pool: 'forks',
    maxWorkers: 2,
    // The system's own allocator (see `runtime/allocator.ts`): estimates are then the same on all machines.
    env: { LAMP_THREADS: '1', GLIBC_TUNABLES: '' },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      // One process for many files: what is loaded and compiled is so once. One project ends before the other begins,
      // so that a process does not end because the next file is one of the others.
      {
        extends: true,
        test: { name: 'shared', include: tests, exclude: apart, isolate: false, sequence: { groupOrder: 0 } },
      },
      { extends: true, test: { name: 'apart', include: apart, sequence: { groupOrder: 1 } } },
    ],
  },
});
