/** @file Fits a whole picture into another aspect ratio, on a blurred copy of itself. */

import type { Picture } from './picture.ts';
import { resizePicture } from './resize.ts';
import { sharp } from './sharp.ts';
import type { Size } from './size.ts';

/** The blur's standard deviation as a fraction of the longer side, enough to make everything unrecognisable. */
const blurShare = 1 / 24;

/**
 * Fits a picture into another size without cropping or distortion, as large as possible and centred. The rest is filled
 * with the same picture, enlarged to cover the size and blurred. Image models know such borders from videos, and unlike
 * bars of one colour they hardly change the mean and spread of the colours, to which later frames are aligned.
 */
export async function padPicture(from: Picture, size: Size): Promise<Picture> {
  const { width, height } = size;
  const factor = Math.min(width / from.width, height / from.height);
  const inside = {
    width: Math.min(width, Math.max(1, Math.round(from.width * factor))),
    height: Math.min(height, Math.max(1, Math.round(from.height * factor))),
  };
  const whole = await resizePicture(from, inside, 'stretch');
  if (inside.width === width && inside.height === height) return whole;
  const ground = await resizePicture(from, size, 'cover');
  const data = await sharp(ground.data, { raw: { width, height, channels: 3 } })
    .blur(Math.max(0.5, blurShare * Math.max(width, height)))
    .raw()
    .toBuffer();
  const left = Math.floor((width - inside.width) / 2);
  const top = Math.floor((height - inside.height) / 2);
  for (let y = 0; y < inside.height; y++) {
    const row = whole.data.subarray(y * inside.width * 3, (y + 1) * inside.width * 3);
    data.set(row, ((top + y) * width + left) * 3);
  }
  return { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
