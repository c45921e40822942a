/**
 * @file The first touch of a file that a user named or that lies in a user's folder. Whatever is there in place of a
 * file (a pipe, a device, a folder, a dangling link) becomes an error that says so: reading neither waits forever nor
 * goes on without end.
 */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readlink, stat } from 'node:fs/promises';
import { LampError } from '../errors.ts';
import type { GivenParts } from '../phrases.ts';
import { onOneLine } from './one-line.ts';

/**
 * Makes an error of the caller's kind from what is wrong with a file: `found` is a clause such as `it is a pipe, not a
 * file`.
 */
export type Refuse = (reason: GivenParts, cause?: unknown) => LampError;

/** More than any file that is read whole: what one buffer holds is not much more. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * A pipe opened this way does not wait for a writer, and a terminal does not become this process's own. Windows has
 * neither.
 */
const READ_AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/**
 * Opens a file for the time of `use`, which is told its size in bytes. Throws what `refuse` makes of what the file
 * system says, also while `use` reads, and of whatever is no file.
 */
export async function withUserFile<T>(
  path: string,
  refuse: Refuse,
  use: (file: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  try {
    // Before it is opened, since opening alone moves some devices; afterwards again, since it may be another by then.
    assertIsFile(await stat(path), refuse);
    const file = await open(path, READ_AT_ONCE);
    try {
      const found = await file.stat();
      assertIsFile(found, refuse);
      return await use(file, found.size);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw await refused(error, path, refuse);
  }
}

/**
 * Throws what `refuse` makes of it unless there is a file that can be opened for reading. Returns its size in bytes.
 */
export function assertUserFile(path: string, refuse: Refuse): Promise<number> {
  return withUserFile(path, refuse, async (_, size) => size);
}

/**
 * The content of a file of at most `most` bytes. Throws what `refuse` makes of what the file system says, of whatever
 * is no file, and of a file that is larger.
 */
export async function readUserFile(path: string, refuse: Refuse, most = MOST_BYTES): Promise<Buffer> {
  return withUserFile(path, refuse, async (file, size) => {
    if (size > most) {
      throw refuse({
        found: `it has ${size} bytes`,
        expected: `at most ${most}`,
        advice: 'Check that it is the right one.',
      });
    }
    const parts: Buffer[] = [];
    // One byte more than it has: where that is there too, the file grows while it is read.
    for (let length = 0; ; ) {
      const part = Buffer.allocUnsafe(Math.min(most + 1 - length, Math.max(size + 1 - length, 65_536)));
      const { bytesRead } = await file.read(part, 0, part.length, length);
      if (bytesRead === 0) return Buffer.concat(parts, length);
      length += bytesRead;
      if (length > most) {
        throw refuse({
          found: `it grows beyond ${most} bytes while it is read`,
          advice: 'Wait until it is complete.',
        });
      }
      parts.push(part.subarray(0, bytesRead));
    }
  });
}

/** Whether something of this path is there, be it a link that leads nowhere. */
export function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );
}

function assertIsFile(found: Stats, refuse: Refuse): void {
  const kind = otherKind(found);
  if (kind !== undefined) throw refuse({ found: `it is ${kind}, not a file`, advice: 'Give a file.' });
}

/** What is there in place of a file; `undefined` for a file. */
function otherKind(found: Stats): string | undefined {
  if (found.isFile()) return undefined;
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a pipe';
  return found.isSocket() ? 'a socket' : 'a device';
}

async function refused(error: unknown, path: string, refuse: Refuse): Promise<unknown> {
  if (error instanceof LampError || !(error instanceof Error) || !('code' in error)) return error;
  if (!('syscall' in error) && error.code !== 'ERR_INVALID_ARG_VALUE') return error;
  return refuse(await whyUnreadable(error, path), error);
}

/** What each refusal of the file system means, and what can be done. */
const REASONS: Readonly<Record<string, readonly [found: string, advice: string]>> = {
  EACCES: ['permission denied', 'Change its permissions.'],
  EPERM: ['permission denied', 'Change its permissions.'],
  EISDIR: ['it is a folder, not a file', 'Give a file.'],
  ELOOP: ['its symbolic links lead in a circle', 'Mend them, or remove them.'],
  ENAMETOOLONG: ['its name is too long', 'Rename it.'],
  ENXIO: ['it is a socket or a device, not a file', 'Give a file.'],
  EIO: ['the disk reported an input/output error', 'Check the disk.'],
  ESTALE: ['it vanished from the network folder', 'Connect that again.'],
  EMFILE: ['too many files are open', 'Raise the limit (ulimit -n) and try again.'],
  ENFILE: ['too many files are open on this machine', 'Try again later.'],
  ERR_INVALID_ARG_VALUE: ['its name holds a null character', 'Check where the name comes from.'],
};

/** Why a file or folder cannot be read, in a clause, and what can be done. */
export interface Unreadable extends GivenParts {
  readonly found: string;
  readonly advice: string;
  /** Whether nothing is there. */
  readonly isMissing: boolean;
}

/** Why a file or folder cannot be read, and what can be done. `error` is what the file system said. */
export async function whyUnreadable(error: unknown, path: string): Promise<Unreadable> {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const because = (found: string, advice: string): Unreadable => ({ found, advice, isMissing: false });
  if (code !== 'ENOENT' && code !== 'ENOTDIR') {
    return because(
      ...(REASONS[code] ?? [`the system reports ${code || onOneLine(message)}`, 'Check the path.']),
    );
  }
  const target = await readlink(path).catch(() => undefined);
  if (target !== undefined) {
    const found = `it is a link to "${onOneLine(target, 80)}", which is not there`;
    return because(found, 'Mend the link, or remove it.');
  }
  if (path.includes('\uFFFD')) return because('its name is no UTF-8 text', 'Rename it.');
  return { found: 'there is no such file', advice: 'Check the path.', isMissing: true };
}
