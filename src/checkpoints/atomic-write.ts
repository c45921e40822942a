/**
 * @file Files appear whole or not at all: written beside their place under another name, flushed to the disk, then
 * renamed. Whatever interrupts the writing (Ctrl-C, a full disk, a power cut) leaves the old file as it was.
 */

import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LampError, StorageError } from '../errors.ts';

/** How the name of an unfinished file ends: the target's name, `.tmp-`, and 16 hexadecimal digits. */
const TEMPORARY_NAME = /\.tmp-[0-9a-f]{16}$/;

/**
 * Writes the file `path` so that readers see the old content or the whole new content, never a part. `write` gets the
 * open temporary file and need not close it. Missing parent folders are made. On any failure the temporary is removed.
 * Throws `StorageError` when the file system refuses; a `LampError` thrown by `write` passes unchanged.
 */
export async function writeAtomically(
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const folder = dirname(path);
  const temporary = `${path}.tmp-${randomBytes(8).toString('hex')}`;
  try {
    await mkdir(folder, { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
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
 * Removes the temporaries that a killed process left in `folder` (not in its subfolders) and returns their paths.
 * To be called only by the one process that writes there: a temporary of a living writer looks the same. A folder that
 * does not exist has none. Throws `StorageError` when the folder cannot be read or a file not be removed.
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

/** What each refusal of the file system means for the user, and what can be done. */
const REFUSALS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free some space or choose another folder.',
  EDQUOT: 'your disk quota is used up. Free some space or choose another folder.',
  EFBIG: 'the file is larger than this file system or your limits allow. Choose another folder.',
  EACCES: 'permission denied. Choose a folder you may write to, or change its permissions.',
  EPERM: 'the operation is not permitted. Choose a folder you may write to, or change its permissions.',
  EROFS: 'the file system is read-only. Choose a folder you may write to.',
  EISDIR: 'there is a folder of this name. Choose another name or remove the folder.',
  ENOTEMPTY: 'there is a folder of this name. Choose another name or remove the folder.',
  ENOTDIR: 'a part of the path is a file, not a folder. Choose another path.',
  EEXIST: 'a part of the path is a file, not a folder. Choose another path.',
  ENOENT: 'the path does not exist or vanished meanwhile. Choose another path.',
  ENAMETOOLONG: 'the name is too long. Choose a shorter name.',
  ELOOP: 'the path runs through symbolic links in a circle. Choose another path.',
  EMFILE: 'too many files are open. Raise the limit (ulimit -n) and try again.',
  ENFILE: 'too many files are open on this machine. Try again later.',
  EBUSY: 'another program holds the file. Close it and try again.',
  EIO: 'the disk reported an input/output error. Check the disk.',
};

/**
 * The `StorageError` for something that failed while writing `path`: one line with the cause and what to do.
 * Errors that do not come from the file system (a `LampError`, a bug) are returned unchanged.
 */
export function asStorageError(error: unknown, path: string): Error {
  if (error instanceof LampError) return error;
  const code = codeOf(error);
  if (code !== undefined && error instanceof Error && 'syscall' in error) {
    const reason =
      REFUSALS[code] ?? `${code} (${error.message.split('\n', 1)[0]}). Check the path and the disk.`;
    return new StorageError(`cannot write "${path}": ${reason}`, { cause: error });
  }
  return error instanceof Error ? error : new Error(String(error));
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Makes the rename itself survive a power cut. Some systems (Windows) cannot open a folder: nothing is lost by that. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // The file is complete and in its place already; only the moment the folder reaches the disk is unknown.
  }
}
