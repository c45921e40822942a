/** @file Makes a folder with those above it. */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from './storage-error.ts';

/**
 * Makes a folder, and those above it that are missing. Throws what the file system does. (Node's own recursive `mkdir`
 * never returns where a folder that exists does not take new ones and says that they are missing, such as `/proc`.)
 */
export async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    const isThere = await stat(parent).then(
      () => true,
      () => false,
    );
    if (codeOf(error) !== 'ENOENT' || parent === path || isThere) throw error;
    await makeFolders(parent);
    await mkdir(path).catch((second: unknown) => {
      // Another process may have been faster.
      if (codeOf(second) !== 'EEXIST') throw second;
    });
  }
}
