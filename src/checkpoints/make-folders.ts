/** @file Makes a folder with those above it. */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from './storage-error.ts';

/**
 * Makes a folder, and those above it that are missing. Throws what the file system does. (Node's own recursive `mkdir`
 * never returns where a folder that exists does not take new ones and says that they are missing, such as `/proc`.)
 */
export async function makeFolders(path: string): Promise<void> {
  const make = () =>
    mkdir(path).catch(async (error: unknown) => {
      if (codeOf(error) !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error;
    });
  try {
    await make();
  } catch (error) {
    const parent = dirname(path);
    if (codeOf(error) !== 'ENOENT' || parent === path) throw error;
    await makeFolders(parent);
    await make();
  }
}
