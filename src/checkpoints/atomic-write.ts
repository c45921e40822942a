/**
 * @file Atomic file writes: to a temporary file beside the target, flushed to the disk, then renamed. An interruption
 * (Ctrl-C, a full disk, a power cut) leaves the old file unchanged.
 */

import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolders } from './make-folders.ts';
import { placeToWrite } from './place-to-write.ts';
import { asStorageError, codeOf } from './storage-error.ts';

export { asStorageError } from './storage-error.ts';

/** Suffix of a temporary file's name, after the target's name: `.tmp-` and 16 hexadecimal digits. */
const TEMPORARY_NAME = /\.tmp-[0-9a-f]{16}$/;

/**
 * Writes the file `path`, or the one that it leads to as a link, so that readers see either the old or the complete new
 * content. `write` gets the open
 * temporary file and need not close it. Missing parent folders are created. On any failure the temporary file is
 * removed. Throws `StorageError` when the file system refuses; a `LampError` thrown by `write` passes unchanged.
 */
export async function writeAtomically(
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const place = await placeToWrite(path);
  const folder = dirname(place);
  const temporary = `${place}.tmp-${randomBytes(8).toString('hex')}`;
  try {
    await makeFolders(folder, path);
    const file = await open(temporary, 'wx');
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, place);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw asStorageError(error, path);
  }
  await syncFolder(folder);
}

/**
 * Writes `value` as indented JSON with a final newline, atomically. Throws `StorageError` as `writeAtomically` does and
 * `TypeError` when the value cannot be JSON (a cycle, a bigint, undefined).
 */
export async function writeJsonAtomically(path: string, value: unknown): Promise<void> {
  const text = JSON.stringify(value, null, 2);
  if (text === undefined) {
    throw new TypeError(`a value of type ${typeof value} cannot be written as JSON to "${path}"`);
  }
  await writeAtomically(path, (file) => file.writeFile(`${text}\n`));
}

/**
 * Removes temporary files that a killed process left in `folder` (not in its subfolders) and returns their paths. Must
 * be called only by the one process that writes there, since those of a running writer look the same. A folder that
 * does not exist has none. Throws `StorageError` when the folder cannot be read or a file cannot be removed.
 */
export async function removeLeftovers(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile() && TEMPORARY_NAME.test(entry.name))
      .map((entry) => join(folder, entry.name))
      .sort();
    await Promise.all(paths.map((path) => rm(path, { force: true })));
    return paths;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw asStorageError(error, folder);
  }
}

/** Flushes the rename to disk, so that it survives a power cut; skipped where folders cannot be opened (Windows). */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // The file is already complete and in place; only the flush of the folder may be delayed.
  }
}
