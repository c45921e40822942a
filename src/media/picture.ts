/** @file Pictures in memory, and their conversion to and from the float tensors that models work on. */

/** An 8-bit RGB picture: rows from top to bottom, the three channels of a pixel side by side. */
export interface Picture {
  /** Pixels per row. */
  readonly width: number;
  /** Number of rows. */
  readonly height: number;
  /** `width * height * 3` bytes, 0 to 255. */
  readonly data: Uint8Array;
}

/** A size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How a float becomes a byte: to the nearest level, or downwards as the reference implementation does. */
export type Rounding = 'nearest' | 'truncate';

/** Options of {@link signedFloatsToPicture} and {@link unitFloatsToPicture}. */
export interface ToPictureOptions {
  /** `nearest` unless told. */
  readonly rounding?: Rounding;
}

/** Wraps (does not copy) bytes as a picture. Throws `RangeError` when their number does not fit the size. */
export function picture(width: number, height: number, data: Uint8Array): Picture {
  if (data.length !== width * height * 3) {
    throw new RangeError(`${data.length} bytes do not fill a ${width}x${height} RGB picture`);
  }
  return { width, height, data };
}

/** A picture of one colour, black unless told. `colour` is red, green, blue, each 0 to 255. */
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

/** A picture as floats in [-1, 1] (`x / 127.5 - 1`), channel by channel: shape `[3, height, width]`. */
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
 * The inverse of {@link pictureToFloats}: floats `[3, height, width]` in [-1, 1] as a picture. What lies outside is
 * clamped, NaN becomes 0. Throws `RangeError` when the number of floats does not fit the size.
 */
export function signedFloatsToPicture(floats: Float32Array, size: Size, options?: ToPictureOptions): Picture {
  return floatsToPicture(floats, size, (value) => (value + 1) * 127.5, options?.rounding);
}

/**
 * Floats `[3, height, width]` in [0, 1] as a picture. With `rounding: 'truncate'` this is the reference's
 * `(x * 255).astype(uint8)`. What lies outside is clamped, NaN becomes 0. Throws `RangeError` when the number of floats
 * does not fit the size.
 */
export function unitFloatsToPicture(floats: Float32Array, size: Size, options?: ToPictureOptions): Picture {
  // The product is rounded to float32 before it is cut: 3/255 * 255 is 3 in float32 and may be 2.99… in float64.
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
  // A clamped array clamps and rounds to nearest (ties to even) by itself.
  const data = new Uint8ClampedArray(pixels * 3);
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const level = toLevel(floats[channel * pixels + pixel]!);
      data[pixel * 3 + channel] = rounding === 'truncate' ? Math.trunc(level) : level;
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}

/** The picture mirrored left to right, as a new picture. */
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

/** The picture moved by whole pixels; where nothing came from, its edge is repeated. */
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

/** Other colours for a picture. */
export interface Recolouring {
  /** Which channel red, green and blue are taken from: 0, 1 and 2 are the picture's own. */
  readonly order: readonly [number, number, number];
  /** For each new channel, the exponent of its values as shares of 255: below 1 brighter, above 1 darker. */
  readonly gamma: readonly [number, number, number];
}

/** The picture in other colours. */
export function recoloured({ width, height, data }: Picture, { order, gamma }: Recolouring): Picture {
  const tables = gamma.map((exponent) =>
    Uint8Array.from({ length: 256 }, (_, value) => Math.round(255 * (value / 255) ** exponent)),
  );
  const result = Uint8Array.from(data, (_, at) => tables[at % 3]![data[at - (at % 3) + order[at % 3]!]!]!);
  return { width, height, data: result };
}

/** The picture turned clockwise by a multiple of 90 degrees; the picture itself for 0. */
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
