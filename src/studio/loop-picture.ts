/** @file Small moving pictures for the page. */
import { MediaError } from '../errors.ts';
import type { Picture } from '../media/picture.ts';
import { sharp } from '../media/sharp.ts';

/** Frames of one size as an endless animated WebP. Throws `MediaError` if there are none. */
export async function encodeLoop(frames: readonly Picture[], framesPerSecond: number): Promise<Buffer> {
  const [first] = frames;
  if (!first) throw new MediaError('a loop of no frames');
  const { width, height } = first;
  const stacked = Buffer.concat(frames.map(({ data }) => data));
  const raw = { width, height: height * frames.length, channels: 3, pageHeight: height } as const;
  // Browsers show frames with shorter delays for longer.
  const delay = frames.map(() => Math.max(20, Math.round(1000 / framesPerSecond)));
  return sharp(stacked, { raw, limitInputPixels: false })
    .webp({ loop: 0, delay, quality: 85, effort: 2 })
    .toBuffer();
}
