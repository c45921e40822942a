/** @file Makes a folder with those above it. */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { asStorageError, codeOf } from './storage-error.ts';

/**
 * Makes a folder, and those above it that are missing. Throws `StorageError` when the file system refuses, which names
 * `named`: the file the folder is for, or the folder itself. (Node's own recursive `mkdir` never returns where a folder
 * that exists does not take new ones and says that they are missing, such as `/proc`.)
 */
export async function makeFolders(path: string, named = path): Promise<void> {
  try {
    await makeMissing(path);
  } catch (error) {
    throw asStorageError(error, named);
  }
}

async function makeMissing(path: string): Promise<void> {
  const make = () =>
    mkdir(path).catch(async (error: unknown) => {
      if (codeOf(error) !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error;
    });
  try {
    await make();
  } catch (error) {
    const parent = dirname(path);
    if (codeOf(error) !== 'ENOENT' || parent === path) throw error;
    await makeMissing(parent);
    await make();
  }
}
