/** @file Downloads one file of the hub into the cache: goes on where an earlier attempt ended, and checks what came. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { asStorageError } from '../checkpoints/atomic-write.ts';
import { CheckpointError } from '../errors.ts';
import {
  assertNotStopped,
  bytesOf,
  type HubConnection,
  PassingError,
  Patience,
  send,
} from './hub-request.ts';

/** A file that the hub offers. */
export interface HubBlob {
  /** Its name in the repository, for messages. */
  readonly name: string;
  readonly url: string;
  readonly size: number;
  /** SHA-256 of the content (64 hexadecimal digits), or of small files their SHA-1 as git counts it (40). */
  readonly hash: string;
  /** Where it is to lie. */
  readonly path: string;
}

/** Where the part of a file lies that has come so far. Of its own name: other programs may be at theirs. */
export function partialPath({ path }: Pick<HubBlob, 'path'>): string {
  return `${path}.lamp-incomplete`;
}

/**
 * Downloads a file. What an earlier attempt left is completed; if the whole then has another content than the hub
 * promised, it is fetched once more from the beginning. The file appears at its place only when it is complete and right.
 * `onBytes` is told how many bytes came. Throws `CheckpointError` (refused, unreachable, damaged), `StorageError`,
 * `InterruptedError`.
 */
export async function downloadBlob(
  connection: HubConnection,
  blob: HubBlob,
  onBytes: (count: number) => void,
): Promise<void> {
  const partial = partialPath(blob);
  await mkdir(dirname(partial), { recursive: true }).catch((error) => {
    throw asStorageError(error, partial);
  });
  const storing = <T>(work: Promise<T>) =>
    work.catch((error) => {
      throw asStorageError(error, partial);
    });
  // Written to at given places and read back through the same handle: another process may do the same work meanwhile.
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
        throw new CheckpointError(
          `"${blob.name}" of "${connection.repository}" arrives damaged: its content is not what the hub lists. Try again later, or unset HF_ENDPOINT if it names a mirror.`,
        );
      }
      const message = `what was already there of "${blob.name}" is damaged; downloading it anew`;
      connection.onEvent?.({ type: 'notice', message });
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

/** Fetches the bytes from `position` on, however often the connection is cut. */
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
      // A server that does not know ranges sends everything again.
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

function wrongSize({ repository }: HubConnection, { name, size }: HubBlob, found: string): CheckpointError {
  return new CheckpointError(
    `"${name}" of "${repository}" is listed with ${size} bytes, but ${found} come. Try again later, or unset HF_ENDPOINT if it names a mirror.`,
  );
}

function hostOf(response: Response): string {
  return new URL(response.url).host;
}

/** The hash of the file's content, of the kind that the hub lists. */
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
