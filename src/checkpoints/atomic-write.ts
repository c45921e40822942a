/**
 * @file Atomic file writes: to a temporary file beside the target, flushed to the disk, then renamed. An interruption
 * (Ctrl-C, a full disk, a power cut) leaves the old file unchanged.
 */

import { randomBytes } from 'node:crypto';
import { type FileHandle, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LampError, StorageError } from '../errors.ts';

/** Suffix of a temporary file's name, after the target's name: `.tmp-` and 16 hexadecimal digits. */
const TEMPORARY_NAME = /\.tmp-[0-9a-f]{16}$/;

/**
 * Writes the file `path` so that readers see either the old or the complete new content. `write` gets the open
 * temporary file and need not close it. Missing parent folders are created. On any failure the temporary file is
 * removed. Throws `StorageError` when the file system refuses; a `LampError` thrown by `write` passes unchanged.
 */
export async function writeAtomically(
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const folder = dirname(path);
  const temporary = `${path}.tmp-${randomBytes(8).toString('hex')}`;
  try {
    await assertReplaceable(path);
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
 * Throws `StorageError` when a pipe, socket or device is in the place of a file to be written: it was made for
 * something else, and a file would take its place for good.
 */
export async function assertReplaceable(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found || found.isFile() || found.isDirectory() || found.isSymbolicLink()) return;
  const kind = found.isFIFO() ? 'a pipe' : found.isSocket() ? 'a socket' : 'a device';
  throw new StorageError(`cannot write "${path}": it is ${kind}, not a file. Choose another name.`);
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

/** Meaning of file system errors, and advice. */
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
 * The `StorageError` for a failure while writing `path`: one line with the cause and advice. Errors that do not come
 * from the file system (a `LampError`, a bug) are returned unchanged.
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
