/** @file Resizes pictures: antialiased, or with OpenCV's bilinear filter for parity with the reference. */

import type { Picture } from './picture.ts';
import type { Fit } from './shape-settings.ts';
import { sharp } from './sharp.ts';
import type { Size } from './size.ts';

/**
 * Resizes a picture with an antialiased Lanczos filter. `cover` (the default) keeps the aspect ratio and crops equally
 * from both sides; `stretch` distorts. Returns the picture itself if it already has that size.
 */
export async function resizePicture(from: Picture, size: Size, fit: Fit = 'cover'): Promise<Picture> {
  const { width, height } = size;
  assertSize(size);
  if (from.width === width && from.height === height) {
    return from;
  }
  const data = await sharp(from.data, { raw: { width: from.width, height: from.height, channels: 3 } })
    .resize(width, height, { fit: fit === 'cover' ? 'cover' : 'fill', kernel: 'lanczos3' })
    .raw()
    .toBuffer();
  return { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

function assertSize({ width, height }: Size): void {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new RangeError(`a picture cannot be ${width}x${height}; sides are whole numbers from 1`);
  }
}

/**
 * Stretches a picture exactly like OpenCV 4.6's `cv2.resize` with the default `INTER_LINEAR` on 8-bit pictures:
 * fixed-point bilinear without antialiasing, byte for byte.
 */
export function resizeLinear(from: Picture, size: Size): Picture {
  const { width, height } = size;
  assertSize(size);
  if (from.width === width && from.height === height) {
    return { width, height, data: from.data.slice() };
  }
  if (from.width === 2 * width && from.height === 2 * height) {
    return halve(from); // OpenCV uses its area filter in this one case.
  }
  const data = new Uint8Array(width * height * 3);
  const columns = columnTaps(from.width, width);
  const rowOf = (y: number) => Math.min(Math.max(y, 0), from.height - 1);
  const cache = new Map<number, Int32Array>();
  const stretchedRow = (y: number) => {
    let row = cache.get(y);
    if (!row) {
      row = stretchRow(from.data.subarray(y * from.width * 3, (y + 1) * from.width * 3), columns, width);
      cache.delete(y - 2); // Rows are processed downwards, two at a time.
      cache.set(y, row);
    }
    return row;
  };
  const scale = scaleOf(from.height, height);
  for (let y = 0; y < height; y++) {
    const centre = Math.fround((y + 0.5) * scale - 0.5);
    const top = Math.floor(centre);
    const share = Math.fround(centre - top);
    const weightTop = fixedPoint(Math.fround(1 - share));
    const weightBottom = fixedPoint(share);
    const upper = stretchedRow(rowOf(top));
    const lower = stretchedRow(rowOf(top + 1));
    for (let x = 0, at = y * width * 3; x < width * 3; x++, at++) {
      const sum = ((weightTop * (upper[x]! >> 4)) >> 16) + ((weightBottom * (lower[x]! >> 4)) >> 16);
      data[at] = (sum + 2) >> 2;
    }
  }
  return { width, height, data };
}

interface ColumnTaps {
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly weightLeft: Int32Array;
  readonly weightRight: Int32Array;
}

/** For each new column, the two old columns that it mixes and their weights in units of 1/2048. */
function columnTaps(oldWidth: number, width: number): ColumnTaps {
  const taps = {
    left: new Int32Array(width),
    right: new Int32Array(width),
    weightLeft: new Int32Array(width),
    weightRight: new Int32Array(width),
  };
  const scale = scaleOf(oldWidth, width);
  for (let x = 0; x < width; x++) {
    const centre = Math.fround((x + 0.5) * scale - 0.5);
    let left = Math.floor(centre);
    let share = Math.fround(centre - left);
    if (left < 0 || left >= oldWidth - 1) {
      left = left < 0 ? 0 : oldWidth - 1;
      share = 0;
    }
    taps.left[x] = left * 3;
    taps.right[x] = Math.min(left + 1, oldWidth - 1) * 3;
    taps.weightLeft[x] = fixedPoint(Math.fround(1 - share));
    taps.weightRight[x] = fixedPoint(share);
  }
  return taps;
}

function stretchRow(row: Uint8Array, taps: ColumnTaps, width: number): Int32Array {
  const stretched = new Int32Array(width * 3);
  for (let x = 0, at = 0; x < width; x++) {
    const left = taps.left[x]!;
    const right = taps.right[x]!;
    const weightLeft = taps.weightLeft[x]!;
    const weightRight = taps.weightRight[x]!;
    for (let channel = 0; channel < 3; channel++) {
      stretched[at++] = row[left + channel]! * weightLeft + row[right + channel]! * weightRight;
    }
  }
  return stretched;
}

/** OpenCV inverts the rounded quotient `new / old` instead of computing `old / new`; the last bit can differ. */
function scaleOf(oldLength: number, length: number): number {
  return 1 / (length / oldLength);
}

/** A weight in [0, 1] as a multiple of 1/2048, ties to even. */
function fixedPoint(weight: number): number {
  const scaled = weight * 2048;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

function halve(from: Picture): Picture {
  const width = from.width / 2;
  const height = from.height / 2;
  const data = new Uint8Array(width * height * 3);
  const stride = from.width * 3;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width * 3; x++, at++) {
      const corner = 2 * y * stride + 6 * Math.floor(x / 3) + (x % 3);
      const upper = from.data[corner]! + from.data[corner + 3]!;
      const lower = from.data[corner + stride]! + from.data[corner + stride + 3]!;
      data[at] = (upper + lower + 2) >> 2;
    }
  }
  return { width, height, data };
}
