/** @file Downloads one file of the hub into the cache, with resumption and verification. */

import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { asStorageError } from '../checkpoints/atomic-write.ts';
import { makeFolders } from '../checkpoints/make-folders.ts';
import { CheckpointError } from '../errors.ts';
import { notice } from '../events.ts';
import {
  assertNotStopped,
  bytesOf,
  type HubConnection,
  PassingError,
  Patience,
  send,
} from './hub-request.ts';

/** A file on the hub. */
export interface HubBlob {
  /** Its name in the repository, for messages. */
  readonly name: string;
  readonly url: string;
  readonly size: number;
  /** SHA-256 of the content (64 hexadecimal digits), or git's SHA-1 for small files (40). */
  readonly hash: string;
  /** Target path. */
  readonly path: string;
}

/** Path of a partial download. Has a name of its own, since other programs may be downloading too. */
export function partialPath({ path }: Pick<HubBlob, 'path'>): string {
  return `${path}.lamp-incomplete`;
}

/**
 * Downloads a file. A partial download is resumed; if the hash of the result is then wrong, the file is downloaded once
 * more from the beginning. The file appears at its path only when it is complete and verified. `onBytes` receives the
 * number of new bytes. Throws `CheckpointError` (refused, unreachable, damaged), `StorageError`, `InterruptedError`.
 */
export async function downloadBlob(
  connection: HubConnection,
  blob: HubBlob,
  onBytes: (count: number) => void,
): Promise<void> {
  const partial = partialPath(blob);
  await makeFolders(dirname(partial), partial);
  const storing = <T>(work: Promise<T>) =>
    work.catch((error) => {
      throw asStorageError(error, partial);
    });
  // Written at explicit positions and read back through the same handle: another process may be doing the same.
  const file = await storing(open(partial, constants.O_RDWR | constants.O_CREAT));
  try {
    const { size: found } = await storing(file.stat());
    if (found > blob.size) await storing(file.truncate(blob.size));
    for (let had = found > blob.size ? 0 : found; ; had = 0) {
      await receive(connection, blob, had, async (bytes, position) => {
        await storing(file.write(bytes, 0, bytes.length, position));
        onBytes(bytes.length);
      });
      if ((await storing(hashOf(connection, blob, file))) === blob.hash) break;
      if (had === 0) {
        throw new CheckpointError({
          found: `"${blob.name}" of "${connection.repository}" arrives damaged: its content is not what the hub lists`,
          advice: LATER,
        });
      }
      const message = `what was already there of "${blob.name}" is damaged; downloading it anew`;
      connection.onEvent?.(notice(message));
    }
    await storing(file.sync());
  } finally {
    await file.close();
  }
  await rename(partial, blob.path).catch(async (error) => {
    // Another process may have finished the same file in the meantime.
    const there = await stat(blob.path).catch(() => undefined);
    if (there?.size !== blob.size) throw asStorageError(error, blob.path);
  });
}

/** Downloads the bytes from `position` on, across interruptions of the connection. */
async function receive(
  connection: HubConnection,
  blob: HubBlob,
  position: number,
  write: (bytes: Uint8Array, position: number) => Promise<void>,
): Promise<void> {
  const patience = new Patience(connection);
  while (position < blob.size) {
    try {
      const response = await request(connection, blob, position);
      // A server without range support sends everything again.
      if (response.status !== 206) position = 0;
      for await (const bytes of bytesOf(connection, response)) {
        if (position + bytes.length > blob.size) throw wrongSize(connection, blob, 'more');
        await write(bytes, position);
        position += bytes.length;
        patience.renew();
      }
      if (position < blob.size)
        throw new PassingError(`the connection to ${hostOf(response)} ended too early`);
    } catch (error) {
      await patience.after(error);
    }
  }
}

async function request(connection: HubConnection, blob: HubBlob, position: number): Promise<Response> {
  const headers = {
    'accept-encoding': 'identity',
    ...(position > 0 && { range: `bytes=${position}-` }),
  };
  const response = await send(connection, blob.url, headers);
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '') ?? [];
  const size = response.status === 206 ? total : response.headers.get('content-length');
  const misplaced = response.status === 206 && Number(start) !== position;
  if (misplaced || (size != null && Number(size) !== blob.size)) {
    await response.body?.cancel().catch(() => {});
    throw misplaced
      ? new PassingError(`${hostOf(response)} sends another part of the file than was asked for`)
      : wrongSize(connection, blob, size!);
  }
  return response;
}

const LATER = 'Try again later, or unset HF_ENDPOINT if it names a mirror.';

function wrongSize({ repository }: HubConnection, { name, size }: HubBlob, found: string): CheckpointError {
  return new CheckpointError({
    found: `"${name}" of "${repository}" is listed with ${size} bytes, but ${found} come`,
    advice: LATER,
  });
}

function hostOf(response: Response): string {
  return new URL(response.url).host;
}

/** Hash of the file's content, of the kind listed by the hub. */
async function hashOf(connection: HubConnection, { hash, size }: HubBlob, file: FileHandle): Promise<string> {
  const hasher = hash.length === 64 ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
  const part = new Uint8Array(2 ** 20);
  for (let position = 0; ; ) {
    assertNotStopped(connection);
    const { bytesRead } = await file.read(part, 0, part.length, position);
    if (bytesRead === 0) return hasher.digest('hex');
    hasher.update(part.subarray(0, bytesRead));
    position += bytesRead;
  }
}
