/**
 * @file Files that a browser brings: written to the disk as they arrive, within limits, and nothing until a process of
 * its own has looked at them.
 */
import { randomBytes } from 'node:crypto';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesText } from '../../amounts.ts';
import { asStorageError } from '../../checkpoints/atomic-write.ts';
import { freeBytes } from '../../checkpoints/disk-space.ts';
import { StorageError } from '../../errors.ts';
import type { StudioFolder } from '../studio-folder.ts';
import { calledBy } from './called-by.ts';
import { RequestError } from './request-error.ts';
import type { SafeName } from './safe-name.ts';

/** Limits of what is brought. */
export interface UploadLimits {
  /** Bytes of one file. */
  readonly bytes: number;
  /** Bytes of a checkpoint of the reference implementation, which is a whole U-Net. */
  readonly checkpointBytes: number;
  /** Files of one clip set, or pictures. */
  readonly clips: number;
  /** Pixels of a frame of a clip. */
  readonly pixels: number;
  /** Duration of a clip. */
  readonly seconds: number;
  /** Pixels of a picture. */
  readonly picturePixels: number;
}

/** The usual limits: an hour of video in a file of 2 GB, a U-Net of Stable Diffusion in 32 bits. */
export const usualLimits: UploadLimits = {
  bytes: 2e9,
  checkpointBytes: 8e9,
  clips: 10_000,
  pixels: 8192 * 4320,
  seconds: 3600,
  picturePixels: 64e6,
};

/** Files that are brought at the same time. */
const mostAtOnce = 4;
/** Seconds without a byte after which the one who brings it is given up. */
const patience = 30;
/** Bytes that are left free on the disk. */
const spare = 1e9;

/** What arrives. */
export interface Arriving {
  readonly body: ReadableStream<Uint8Array> | null;
  /** Its length, where that was said. */
  readonly length: number | undefined;
}

/** A file that has arrived, under a name of the server's. */
export interface Arrived {
  readonly path: string;
  readonly bytes: number;
}

/** Removes what a server that was killed left behind. */
export async function clearUploads({ uploads }: Pick<StudioFolder, 'uploads'>): Promise<void> {
  for (const name of await readdir(uploads)) await rm(join(uploads, name), { recursive: true, force: true });
}

let atOnce = 0;

/**
 * Writes what arrives to a file of the studio, hands it to `use`, and removes it, unless `use` has moved it away.
 * Throws `RequestError` for what is too large (413) or stalls (408), or if too much arrives at once (429), and
 * `StorageError`.
 */
export async function withUpload<T>(
  { uploads }: Pick<StudioFolder, 'uploads'>,
  { body, length }: Arriving,
  { bytes: most }: Pick<UploadLimits, 'bytes'>,
  { stem, ending }: SafeName,
  use: (file: Arrived) => Promise<T>,
): Promise<T> {
  if (length !== undefined && length > most) throw tooLarge(most);
  if (!body) throw new RequestError(400, 'the request has no file in it');
  if (atOnce >= mostAtOnce) {
    throw new RequestError(429, `${mostAtOnce} files arrive already`, ['Send them one after another.']);
  }
  const free = await freeBytes(uploads);
  if (free !== undefined && free - spare < (length ?? 0)) {
    throw new StorageError({
      found: `the disk has ${bytesText(free)} free`,
      expected: `${bytesText((length ?? 0) + spare)} for this file and the studio`,
      advice: 'Make room, for example by emptying the trash.',
    });
  }
  const path = join(uploads, `${randomBytes(8).toString('hex')}${ending}`);
  atOnce++;
  try {
    const room = free === undefined ? Number.POSITIVE_INFINITY : free - spare;
    const bytes = await receive(body, path, Math.min(most, room), most);
    return await use({ path, bytes });
  } catch (error) {
    throw calledBy(error, path, `${stem}${ending}`);
  } finally {
    atOnce--;
    await rm(path, { force: true });
  }
}

async function receive(
  body: ReadableStream<Uint8Array>,
  path: string,
  most: number,
  limit: number,
): Promise<number> {
  const file = await open(path, 'wx', 0o600).catch((error) => Promise.reject(asStorageError(error, path)));
  const reader = body.getReader();
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await withPatience(reader.read());
      if (done) break;
      bytes += value.byteLength;
      if (bytes > most) throw tooLarge(limit);
      await file.write(value).catch((error) => Promise.reject(asStorageError(error, path)));
    }
    if (bytes === 0) throw new RequestError(400, 'the file is empty', ['Choose one that is not empty.']);
    return bytes;
  } catch (error) {
    await reader.cancel().catch(() => {});
    throw error;
  } finally {
    await file.close();
  }
}

function tooLarge(most: number): RequestError {
  return new RequestError(413, `the file is larger than ${bytesText(most)}`, [
    'Choose a shorter or smaller one.',
  ]);
}

/** What is read, unless nothing comes for too long. */
async function withPatience<T>(read: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new RequestError(408, `nothing arrived for ${patience} seconds`)),
      1000 * patience,
    );
  });
  try {
    return await Promise.race([read, stalled]);
  } finally {
    clearTimeout(timer);
  }
}
