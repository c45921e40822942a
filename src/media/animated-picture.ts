/** @file Reading animated GIF and WebP, and writing animated GIF. */

import { readUserFile } from '../checkpoints/user-file.ts';
import { MediaError } from '../errors.ts';
import { timingOf } from './frame-times.ts';
import { scanGif } from './gif-blocks.ts';
import { type Picture, picture } from './picture.ts';
import { assertFile, decodeToRgb, LARGEST_PICTURE } from './picture-file.ts';
import { COPY_AGAIN, refuseMedia } from './refuse-media.ts';
import { sharp } from './sharp.ts';
import type { VideoFacts } from './video-decoding.ts';

/** Upper bound of decoded frames in memory, in bytes; longer animations are read in parts. */
const PART_BYTES = 128 * 2 ** 20;

/** Shortest delay in milliseconds that browsers respect; they show frames with shorter ones for 100 ms. */
const SHORTEST_DELAY = 20;
const CUSTOMARY_DELAY = 100;

/** GIF's unit of time in seconds. */
const GIF_TICK = 0.01;

/**
 * Size, frames and timing of an animated GIF or WebP; a still picture counts as one frame at a rate of 10. The last
 * frame's delay is not used for the rate, since animations often rest on it. Decodes every frame once. Throws
 * `MediaError` if the file is missing, in another format, or damaged.
 */
export async function inspectAnimation(path: string): Promise<VideoFacts> {
  const { width, height, pages, delays } = await header(path);
  await decodeAnimation(path, new Set([pages - 1]), async () => {});
  let ended = 0;
  const times = delays.map((delay) => {
    ended += delay;
    return (ended - delay) / 1000;
  });
  // Equal delays are exact; others may approximate a rate that cannot be expressed in whole milliseconds.
  const isRounded = delays.some((delay) => delay !== delays[0]);
  const timing = timingOf(times, delays.at(-1)! / 1000, isRounded ? GIF_TICK : 0);
  return { width, height, frameCount: pages, ...timing };
}

/**
 * Passes the frames in `wanted` to `take`, in order, with transparency on white. Returns the number of frames in the
 * file. Throws `MediaError` as {@link inspectAnimation} does.
 */
export async function decodeAnimation(
  path: string,
  wanted: ReadonlySet<number>,
  take: (frame: Picture, index: number) => Promise<void>,
): Promise<number> {
  const { width, height, pages } = await header(path);
  const perPart = Math.max(1, Math.floor(PART_BYTES / (width * height * 4)));
  const indices = [...wanted].filter((index) => index < pages).sort((a, b) => a - b);
  while (indices.length > 0) {
    const start = indices[0]!;
    const count = Math.min(perPart, indices.at(-1)! - start + 1);
    const part = await decodePart(path, start, count);
    while (indices.length > 0 && indices[0]! < start + count) {
      const index = indices.shift()!;
      const bytes = width * height * 3;
      const at = (index - start) * bytes;
      await take(picture(width, height, part.data.slice(at, at + bytes)), index);
    }
  }
  return pages;
}

async function decodePart(path: string, page: number, pages: number): Promise<Picture> {
  try {
    // libvips stacks the frames vertically.
    return await decodeToRgb(sharp(path, { page, pages, limitInputPixels: false, failOn: 'truncated' }));
  } catch (error) {
    throw animationError(error, path);
  }
}

async function header(path: string) {
  await assertFile(path, 'clip');
  const gif = scanGif(await readUserFile(path, refuseMedia('clip', path)));
  if (gif?.cutOff) {
    // libvips would fill in the missing rest.
    throw new MediaError({
      found: `clip "${path}" is cut off after ${gif.images} complete frames`,
      advice: COPY_AGAIN,
    });
  }
  try {
    const found = await sharp(path, { animated: true, limitInputPixels: false }).metadata();
    if (found.format !== 'gif' && found.format !== 'webp') {
      throw new Error(`it is a ${found.format} picture`);
    }
    const pages = found.pages ?? 1;
    const height = found.pageHeight ?? found.height;
    if (found.width * height > LARGEST_PICTURE) {
      throw new MediaError({
        found: `clip "${path}" has frames of ${found.width}x${height}`,
        expected: 'at most 16384x16384 pixels',
        advice: 'Make it smaller and try again.',
      });
    }
    const delays = Array.from({ length: pages }, (_, page) => found.delay?.[page] ?? 0);
    return {
      width: found.width,
      height,
      pages,
      delays: delays.map((delay) => (delay < SHORTEST_DELAY ? CUSTOMARY_DELAY : delay)),
    };
  } catch (error) {
    throw animationError(error, path);
  }
}

function animationError(error: unknown, path: string): MediaError {
  if (error instanceof MediaError) return error;
  const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
  return new MediaError(
    {
      found: `clip "${path}" is not an animated GIF or WebP, or it is damaged (${reason})`,
      advice: COPY_AGAIN,
    },
    { cause: error },
  );
}

/**
 * Encodes frames of one size as an endlessly looping GIF, with up to 256 colours chosen for each frame. GIF measures
 * time in hundredths of a second. Delays are rounded so that display times never deviate from the requested rate by
 * more than half a hundredth, and are at least 2 (50 frames a second), below which players slow down.
 */
export async function encodeGif(frames: readonly Picture[], framesPerSecond: number): Promise<Buffer> {
  const { width, height } = frames[0]!;
  const bytes = width * height * 3;
  const stacked = new Uint8Array(bytes * frames.length);
  for (const [index, frame] of frames.entries()) {
    stacked.set(frame.data, index * bytes);
  }
  const ends = frames.map((_, index) => Math.round((100 * (index + 1)) / framesPerSecond));
  const delay = ends.map((end, index) => 10 * Math.max(2, end - (ends[index - 1] ?? 0)));
  const raw = { width, height: height * frames.length, channels: 3, pageHeight: height } as const;
  return sharp(stacked, { raw, limitInputPixels: false })
    .gif({ loop: 0, delay, colours: 256, effort: 7, dither: 1, keepDuplicateFrames: true })
    .toBuffer();
}
