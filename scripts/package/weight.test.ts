import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { testFolder } from '../../src/testing/test-folder.ts';
import { weightFault, weights } from './weight.ts';

const path = await testFolder();

test('each package counts with all its contents, the largest first', async () => {
  const write = async (name: string, bytes: number) => {
    await mkdir(dirname(path(name)), { recursive: true });
    await writeFile(path(name), Buffer.alloc(bytes));
  };
  await write('a/index.js', 10);
  await write('a/node_modules/b/index.js', 5);
  await write('@c/d/lib/x.node', 100);
  await write('@c/e/x.js', 1);
  await write('.package-lock.json', 1000);
  await write('.bin/lamp', 1000);
  expect(weights(path('.'))).toEqual([
    { name: '@c/d', bytes: 100 },
    { name: 'a', bytes: 15 },
    { name: '@c/e', bytes: 1 },
  ]);
});

test('a page that states another size is reported', () => {
  const bytes = 537.2 * 2 ** 20;
  expect(weightFault('README.md', 'It takes 537 MiB of disk.', bytes)).toBeUndefined();
  expect(weightFault('README.md', 'It takes 528 MiB of disk.', bytes)).toBeUndefined();
  expect(weightFault('README.md', 'It takes 523 MiB of disk.', bytes)).toBe(
    'README.md says 523 MiB of disk, an installation takes 537',
  );
  expect(weightFault('README.md', 'It is small.', bytes)).toMatch(/says nothing/);
});
