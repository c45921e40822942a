/** @file Pictures in memory, and their conversion to and from the models' float tensors. */
import { UsageError } from '../errors.ts';
import type { Size } from './size.ts';

/** An 8-bit RGB picture: rows from top to bottom, channels interleaved. */
export interface Picture {
  /** Pixels per row. */
  readonly width: number;
  /** Number of rows. */
  readonly height: number;
  /** `width * height * 3` bytes, 0 to 255. */
  readonly data: Uint8Array;
}

/** Rounding of floats to bytes: to the nearest level, or down as in the reference implementation. */
export type Rounding = 'nearest' | 'truncate';

/** Options of {@link signedFloatsToPicture} and {@link unitFloatsToPicture}. */
export interface ToPictureOptions {
  /** Default `nearest`. */
  readonly rounding?: Rounding;
}

/** Wraps bytes as a picture, without copying. Throws `UsageError` if their number does not fit the size. */
export function picture(width: number, height: number, data: Uint8Array): Picture {
  if (!(data instanceof Uint8Array)) {
    throw new UsageError({
      found: 'the data of a picture are not bytes',
      expected: 'a Uint8Array',
      setting: 'data',
    });
  }
  if (data.length !== width * height * 3) {
    throw new UsageError({
      found: `${data.length} bytes do not fill a ${width}x${height} RGB picture`,
      expected: 'width * height * 3',
      setting: 'data',
    });
  }
  return { width, height, data };
}

/** A picture of one colour: red, green, blue, each 0 to 255; default black. */
export function blankPicture(
  { width, height }: Size,
  colour: readonly [number, number, number] = [0, 0, 0],
): Picture {
  const data = new Uint8Array(width * height * 3);
  if (colour.some((level) => level !== 0)) {
    for (let at = 0; at < data.length; at += 3) {
      data.set(colour, at);
    }
  }
  return { width, height, data };
}

/** Converts a picture to floats in [-1, 1] (`x / 127.5 - 1`) of shape `[3, height, width]`. */
export function pictureToFloats({ width, height, data }: Picture): Float32Array {
  const pixels = width * height;
  const floats = new Float32Array(pixels * 3);
  for (let pixel = 0, at = 0; pixel < pixels; pixel++) {
    floats[pixel] = data[at++]! / 127.5 - 1;
    floats[pixel + pixels] = data[at++]! / 127.5 - 1;
    floats[pixel + 2 * pixels] = data[at++]! / 127.5 - 1;
  }
  return floats;
}

/**
 * The inverse of {@link pictureToFloats}: converts floats `[3, height, width]` in [-1, 1] to a picture. Values outside
 * are clamped, NaN becomes 0. Throws `RangeError` if the number of floats does not fit the size.
 */
export function signedFloatsToPicture(floats: Float32Array, size: Size, options?: ToPictureOptions): Picture {
  return floatsToPicture(floats, size, (value) => (value + 1) * 127.5, options?.rounding);
}

/**
 * Converts floats `[3, height, width]` in [0, 1] to a picture. With `rounding: 'truncate'` this is the reference's
 * `(x * 255).astype(uint8)`. Values outside are clamped, NaN becomes 0. Throws `RangeError` if the number of floats
 * does not fit the size.
 */
export function unitFloatsToPicture(floats: Float32Array, size: Size, options?: ToPictureOptions): Picture {
  // The product is rounded to float32 before it is truncated: 3/255 * 255 is 3 in float32 and may be 2.99… in float64.
  return floatsToPicture(floats, size, (value) => Math.fround(value * 255), options?.rounding);
}

function floatsToPicture(
  floats: Float32Array,
  { width, height }: Size,
  toLevel: (value: number) => number,
  rounding: Rounding = 'nearest',
): Picture {
  const pixels = width * height;
  if (floats.length !== pixels * 3) {
    throw new RangeError(`${floats.length} floats do not fill the shape [3,${height},${width}]`);
  }
  // A `Uint8ClampedArray` clamps and rounds to nearest (ties to even) by itself.
  const data = new Uint8ClampedArray(pixels * 3);
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const level = toLevel(floats[channel * pixels + pixel]!);
      data[pixel * 3 + channel] = rounding === 'truncate' ? Math.trunc(level) : level;
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}

/** Mirrors a picture left to right, as a new picture. */
export function flipHorizontally({ width, height, data }: Picture): Picture {
  const flipped = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      const to = (y * width + (width - 1 - x)) * 3;
      flipped[to] = data[from]!;
      flipped[to + 1] = data[from + 1]!;
      flipped[to + 2] = data[from + 2]!;
    }
  }
  return { width, height, data: flipped };
}

/** Translates a picture by whole pixels, repeating its edge. */
export function shifted({ width, height, data }: Picture, right: number, down: number): Picture {
  const moved = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    const row = Math.min(height - 1, Math.max(0, y - down)) * width;
    for (let x = 0; x < width; x++) {
      const from = (row + Math.min(width - 1, Math.max(0, x - right))) * 3;
      moved.set(data.subarray(from, from + 3), (y * width + x) * 3);
    }
  }
  return { width, height, data: moved };
}

/** A change of a picture's colours. */
export interface Recolouring {
  /** Source channels of red, green and blue, as indices 0, 1, 2 of the picture's own. */
  readonly order: readonly [number, number, number];
  /** Gamma exponent of each new channel, applied to values as fractions of 255: below 1 brighter, above 1 darker. */
  readonly gamma: readonly [number, number, number];
}

/** Changes a picture's colours, as a new picture. */
export function recoloured({ width, height, data }: Picture, { order, gamma }: Recolouring): Picture {
  const tables = gamma.map((exponent) =>
    Uint8Array.from({ length: 256 }, (_, value) => Math.round(255 * (value / 255) ** exponent)),
  );
  const result = Uint8Array.from(data, (_, at) => tables[at % 3]![data[at - (at % 3) + order[at % 3]!]!]!);
  return { width, height, data: result };
}

/** Rotates a picture clockwise by a multiple of 90 degrees; returns the picture itself for 0. */
export function rotateClockwise(from: Picture, degrees: 0 | 90 | 180 | 270): Picture {
  if (degrees === 0) {
    return from;
  }
  const { width, height, data } = from;
  const [newWidth, newHeight] = degrees === 180 ? [width, height] : [height, width];
  const turned = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const newX = degrees === 90 ? height - 1 - y : degrees === 180 ? width - 1 - x : y;
      const newY = degrees === 90 ? x : degrees === 180 ? height - 1 - y : width - 1 - x;
      const source = (y * width + x) * 3;
      const target = (newY * newWidth + newX) * 3;
      turned[target] = data[source]!;
      turned[target + 1] = data[source + 1]!;
      turned[target + 2] = data[source + 2]!;
    }
  }
  return { width: newWidth, height: newHeight, data: turned };
}
