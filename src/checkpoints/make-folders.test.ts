import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { StorageError } from '../errors.ts';
import { testFolder } from '../testing/test-folder.ts';
import { makeFolders } from './make-folders.ts';

const at = await testFolder();

test('folders are made with those above them, and may be there already', async () => {
  const path = at(join('a', 'b', 'c'));
  await makeFolders(path);
  await makeFolders(path);
  expect((await stat(path)).isDirectory()).toBe(true);
});

test('several may make the same folders at once', async () => {
  for (let round = 0; round < 20; round++) {
    const path = at(join(`round-${round}`, 'b', 'c', 'd'));
    await Promise.all(Array.from({ length: 8 }, () => makeFolders(path)));
    expect((await stat(path)).isDirectory()).toBe(true);
  }
});

test('a file in the way is refused', async () => {
  await writeFile(at('file'), '');
  await expect(makeFolders(at('file'))).rejects.toThrow(
    `cannot write "${at('file')}": a part of the path is a file`,
  );
  await expect(makeFolders(at(join('file', 'below')))).rejects.toThrow(StorageError);
});

test.runIf(process.platform === 'linux')(
  'where nothing can be made, it fails instead of trying forever',
  async () => {
    await expect(makeFolders('/proc/nothing/here')).rejects.toThrow('does not exist');
  },
);
