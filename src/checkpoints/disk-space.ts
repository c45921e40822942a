/** @file How much fits on a disk. */
import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Bytes that may still be written at a path, which need not exist yet: those of the nearest folder above it that does.
 * `undefined` where the system does not say.
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
