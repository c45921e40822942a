/** @file Writes videos, and reads their stored metadata. */

import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { z } from 'zod';
import { assertPath, checkOptions } from '../check-options.ts';
import { asStorageError, writeAtomically } from '../checkpoints/atomic-write.ts';
import { makeFolders } from '../checkpoints/make-folders.ts';
import { placeToWrite } from '../checkpoints/place-to-write.ts';
import { readUserFile } from '../checkpoints/user-file.ts';
import { MediaError, StorageError, UsageError } from '../errors.ts';
import { phrase, setting } from '../phrases.ts';
import { encodeGif } from './animated-picture.ts';
import { scanGif, withGifComment } from './gif-blocks.ts';
import type { Picture } from './picture.ts';
import { assertFile, encodePng, readPngMetadata } from './picture-file.ts';
import { listFrames } from './picture-folder.ts';
import { refuseMedia } from './refuse-media.ts';
import { readVideoComment } from './video-decoding.ts';
import { encodeVideo } from './video-encoding.ts';

/** Options of {@link writeVideo}. */
export interface WriteVideoOptions {
  /** Frame rate in hertz, above 0. GIF plays at most 50. A folder of frames does not store it. */
  readonly framesPerSecond: number;
  /** Stored in the file as a comment (JSON), which {@link readVideoMetadata} reads. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The formats that {@link writeVideo} can write. */
export type VideoFormat = 'mp4' | 'webm' | 'gif' | 'folder';

/** The PNG text keyword for the metadata, one of those in the specification. */
const PNG_COMMENT = 'Comment';

/**
 * Checks that {@link writeVideo} supports this path: `.mp4`, `.webm`, `.gif`, or no extension (or a trailing slash) for
 * a folder of PNG frames. Meant to be called before hours of work. Checks the name only. Throws `UsageError`.
 */
export function assertVideoPath(path: string): void {
  videoFormat(path);
}

/** GIF's highest rate in hertz; players slow down for delays below two hundredths of a second (see `encodeGif`). */
const FASTEST_GIF = 50;

/**
 * The rate in hertz at which a video written to `path` with this rate plays. Throws `UsageError` as `videoFormat` does.
 */
export function playedRate(path: string, framesPerSecond: number): number {
  return videoFormat(path) === 'gif' ? Math.min(FASTEST_GIF, framesPerSecond) : framesPerSecond;
}

/** The format for a path's extension. Throws `UsageError`, naming the option that gave it, if there is none. */
export function videoFormat(path: string, option = 'out'): VideoFormat {
  const ending = extname(path).toLowerCase();
  if (/[/\\]$/.test(path) || ending === '') {
    return 'folder';
  }
  if (ending === '.mp4' || ending === '.webm' || ending === '.gif') {
    return ending.slice(1) as VideoFormat;
  }
  throw new UsageError({
    found: `cannot write a video to "${path}": its name ends in ${ending}`,
    setting: option,
    advice: 'Use .mp4, .webm, .gif, or a name without ending for a folder of PNG frames.',
  });
}

/** Rates out of range are refused with the frames. */
const writeVideoFields = {
  framesPerSecond: z.number(),
  metadata: z.record(z.string(), z.string()).optional(),
};

/**
 * Writes frames of one size as a video. The extension decides the format: `.mp4` (H.264, 4:2:0, plays everywhere),
 * `.webm` (VP9), `.gif` (looping, 256 colours), none or a trailing slash (a folder of `0000.png`, `0001.png`, …,
 * lossless). The same frames and options give the same bytes. An existing video stays until the new one is complete;
 * missing parent folders are created. Throws `UsageError` for an unknown extension, an odd size in .mp4 and .webm,
 * no frames, frames of different sizes or a rate that is not above 0, `StorageError` if writing fails.
 */
export async function writeVideo(
  path: string,
  frames: readonly Picture[],
  options: WriteVideoOptions,
): Promise<void> {
  const { framesPerSecond, metadata } = checkOptions('writeVideo', options, writeVideoFields);
  assertPath(path);
  const format = videoFormat(path, 'path');
  assertFrames(frames, framesPerSecond);
  const comment = metadata && JSON.stringify(metadata);
  if (format === 'folder') {
    await writeFrameFolder(path.replace(/[/\\]+$/, ''), frames, comment);
    return;
  }
  const bytes = await encode(path, format, frames, framesPerSecond, comment);
  await writeAtomically(path, (file) => file.writeFile(bytes));
}

async function encode(
  path: string,
  format: Exclude<VideoFormat, 'folder'>,
  frames: readonly Picture[],
  framesPerSecond: number,
  comment: string | undefined,
): Promise<Uint8Array> {
  const { width, height } = frames[0]!;
  if (format === 'gif') {
    const gif = await encodeGif(frames, framesPerSecond);
    return comment === undefined ? gif : withGifComment(gif, comment);
  }
  if (width % 2 === 1 || height % 2 === 1) {
    throw new UsageError({
      found: `cannot write "${path}": frames are ${width}x${height} and video codecs need even sizes`,
      setting: 'size',
      advice: 'Use another size, or write .gif or a folder of PNG frames.',
    });
  }
  return encodeVideo(frames, format, framesPerSecond, comment);
}

function assertFrames(frames: readonly Picture[], framesPerSecond: number): void {
  const [first] = frames;
  if (!first) {
    throw new UsageError({ found: 'a video of no frames', expected: 'at least one', setting: 'frames' });
  }
  const odd = frames.findIndex((frame) => frame.width !== first.width || frame.height !== first.height);
  if (odd >= 0) {
    const { width, height } = frames[odd]!;
    throw new UsageError({
      found: `frame ${odd} of the video is ${width}x${height}`,
      expected: `${first.width}x${first.height}, the size of frame 0`,
      setting: 'frames',
    });
  }
  if (!(framesPerSecond > 0 && Number.isFinite(framesPerSecond))) {
    throw new UsageError({
      found: phrase`${setting('framesPerSecond')} is ${framesPerSecond}`,
      expected: 'a number above 0',
      setting: 'framesPerSecond',
    });
  }
}

/**
 * A folder cannot be replaced atomically: the old frames are moved aside, the new ones moved into place, then the old
 * ones deleted.
 */
async function writeFrameFolder(
  path: string,
  frames: readonly Picture[],
  comment: string | undefined,
): Promise<void> {
  // Where a link leads: the folders that change places are those there.
  const folder = await placeToWrite(path);
  const mark = randomBytes(8).toString('hex');
  const temporary = `${folder}.tmp-${mark}`;
  const aside = `${folder}.old-${mark}`;
  try {
    const replaces = await holdsFrames(path);
    await makeFolders(temporary, path);
    for (const [index, frame] of frames.entries()) {
      const png = await encodePng(frame, comment === undefined ? {} : { [PNG_COMMENT]: comment });
      const file = await open(join(temporary, frameName(index)), 'wx');
      try {
        await file.writeFile(png);
        await file.sync();
      } finally {
        await file.close();
      }
    }
    if (replaces) {
      await rename(folder, aside);
    }
    await rename(temporary, folder).catch(async (error) => {
      if (replaces) {
        await rename(aside, folder);
      }
      throw error;
    });
    await rm(aside, { recursive: true, force: true });
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    throw asStorageError(error, path);
  }
}

function frameName(index: number): string {
  return `${String(index).padStart(4, '0')}.png`;
}

/** Whether there is a folder of frames to be replaced. Throws `StorageError` if something else is in the way. */
export async function holdsFrames(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => undefined);
  if (!found) {
    return false;
  }
  const odd = found.isDirectory()
    ? (await namesIn(folder)).find((name) => !/^\d{4,}\.png$/.test(name))
    : folder;
  if (odd !== undefined) {
    throw new StorageError({
      found: `cannot write frames to "${folder}": ${odd === folder ? 'it is a file' : `it holds "${odd}", which is not a frame`}`,
      advice: 'Choose another name.',
    });
  }
  return true;
}

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    throw asStorageError(error, folder);
  });
}

const storedMetadata = z.record(z.string(), z.string());

/**
 * The metadata stored by {@link writeVideo}. A comment by another program is returned as `{ comment }`, and `{}`
 * without a comment. Throws `MediaError` if the video is missing or damaged.
 */
export async function readVideoMetadata(path: string): Promise<Record<string, string>> {
  assertPath(path);
  const comment = await readComment(path);
  if (comment === undefined) {
    return {};
  }
  try {
    return storedMetadata.parse(JSON.parse(comment));
  } catch {
    return { comment };
  }
}

async function readComment(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) {
    const [first] = await listFrames(path);
    return first?.toLowerCase().endsWith('.png') ? (await readPngMetadata(first))[PNG_COMMENT] : undefined;
  }
  await assertFile(path, 'video');
  const ending = extname(path).toLowerCase();
  if (ending === '.gif') {
    return scanGif(await readUserFile(path, refuseMedia('video', path)))?.comment;
  }
  if (ending === '.png') {
    return (await readPngMetadata(path))[PNG_COMMENT];
  }
  if (ending === '.webp') {
    throw new MediaError({
      found: `"${path}" is a WebP file, in which no metadata is stored`,
      advice: 'Use MP4, WebM or GIF.',
    });
  }
  return readVideoComment(path);
}
