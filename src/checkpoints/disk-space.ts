/** @file Free disk space. */
import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Free bytes at a path, which need not exist yet: those of its nearest existing ancestor. `undefined` where the system
 * does not report them.
 */
export async function freeBytes(path: string): Promise<number | undefined> {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    try {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    } catch {
      if (folder === dirname(folder)) return undefined;
    }
  }
}
