/** @file What the file system says when it refuses to write, as an error with advice. */

import { LampError, StorageError } from '../errors.ts';

/** Meaning of file system errors, and advice. */
const REFUSALS: Readonly<Record<string, readonly [found: string, advice: string]>> = {
  ENOSPC: ['the disk is full', 'Free some space or choose another folder.'],
  EDQUOT: ['your disk quota is used up', 'Free some space or choose another folder.'],
  EFBIG: ['the file is larger than this file system or your limits allow', 'Choose another folder.'],
  EACCES: ['permission denied', 'Choose a folder you may write to, or change its permissions.'],
  EPERM: ['the operation is not permitted', 'Choose a folder you may write to, or change its permissions.'],
  EROFS: ['the file system is read-only', 'Choose a folder you may write to.'],
  EISDIR: ['there is a folder of this name', 'Choose another name or remove the folder.'],
  ENOTEMPTY: ['there is a folder of this name', 'Choose another name or remove the folder.'],
  ENOTDIR: ['a part of the path is a file, not a folder', 'Choose another path.'],
  EEXIST: ['a part of the path is a file, not a folder', 'Choose another path.'],
  ENOENT: ['the path does not exist or vanished meanwhile', 'Choose another path.'],
  ENAMETOOLONG: ['the name is too long', 'Choose a shorter name.'],
  ELOOP: ['the path runs through symbolic links in a circle', 'Choose another path.'],
  EMFILE: ['too many files are open', 'Raise the limit (ulimit -n) and try again.'],
  ENFILE: ['too many files are open on this machine', 'Try again later.'],
  EBUSY: ['another program holds the file', 'Close it and try again.'],
  EIO: ['the disk reported an input/output error', 'Check the disk.'],
};

/**
 * The `StorageError` for a failure while writing `path`: one line with the cause and advice. Errors that do not come
 * from the file system (a `LampError`, a bug) are returned unchanged.
 */
export function asStorageError(error: unknown, path: string): Error {
  if (error instanceof LampError) return error;
  const code = codeOf(error);
  if (code !== undefined && error instanceof Error && 'syscall' in error) {
    const [reason, advice] = REFUSALS[code] ?? [
      `${code} (${error.message.split('\n', 1)[0]})`,
      'Check the path and the disk.',
    ];
    return new StorageError({ found: `cannot write "${path}": ${reason}`, advice }, { cause: error });
  }
  return error instanceof Error ? error : new Error(String(error));
}

/** The code of an error of the system, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
