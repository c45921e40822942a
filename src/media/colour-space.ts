/** @file Colour spaces other than sRGB, and their conversion to sRGB. */

import { type HdrTransfer, toneMapped } from './hdr.ts';
import { type Picture, picture } from './picture.ts';
import type { Size } from './size.ts';

/** A 3×3 matrix, row by row. */
export type Matrix = readonly number[];

/** A colour's chromaticity: x and y as fractions of X + Y + Z. */
export type Chromaticity = readonly [x: number, y: number];

/** The meaning of a picture's numbers. */
export interface ColourSpace {
  /** Matrix from linear light in this space to linear light in sRGB. */
  readonly toSrgb: Matrix;
  /**
   * Transfer curves of red, green and blue, from signal (0 to 1) to linear light (0 to 1); or the HDR transfer of all
   * three.
   */
  readonly light: readonly [Curve, Curve, Curve] | HdrTransfer;
}

/** A transfer curve, from signal (0 to 1) to linear light (0 to 1). */
export type Curve = (signal: number) => number;

/** The transfer curve of sRGB (IEC 61966-2-1). */
export const srgbLight: Curve = (signal) =>
  signal <= 0.04045 ? signal / 12.92 : ((signal + 0.055) / 1.055) ** 2.4;

/** The colour space to which pictures are converted. */
export const SRGB: ColourSpace = {
  toSrgb: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  light: [srgbLight, srgbLight, srgbLight],
};

/** Decoded pixels with `channels` numbers each (3, or 4 with alpha), of 8 or 16 bits. */
export interface Pixels extends Size {
  readonly channels: 3 | 4;
  readonly data: Uint8Array | Uint16Array;
}

/**
 * Converts pixels of a colour space to an sRGB picture, with transparency on white. Colours outside sRGB are clipped.
 */
export function pixelsToSrgb(pixels: Pixels, space: ColourSpace): Picture {
  const { width, height, channels, data } = pixels;
  const most = data instanceof Uint16Array ? 65_535 : 255;
  const opaque =
    typeof space.light === 'string'
      ? toneMapped(opaqueBytes(pixels, most), space.light, space.toSrgb)
      : converted(pixels, space.toSrgb, space.light, most);
  if (channels === 4) {
    for (let pixel = 0; pixel < width * height; pixel++) {
      const alpha = data[4 * pixel + 3]! / most;
      for (let at = 3 * pixel; at < 3 * pixel + 3; at++) {
        opaque.data[at] = Math.round(255 + (opaque.data[at]! - 255) * alpha);
      }
    }
  }
  return opaque;
}

function converted(
  { width, height, channels, data }: Pixels,
  m: Matrix,
  light: readonly Curve[],
  most: number,
): Picture {
  const [red, green, blue] = light.map((curve) =>
    Float64Array.from({ length: most + 1 }, (_, level) => curve(level / most)),
  ) as [Float64Array, Float64Array, Float64Array];
  const result = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < result.length; from += channels, to += 3) {
    const [r, g, b] = [red[data[from]!]!, green[data[from + 1]!]!, blue[data[from + 2]!]!];
    result[to] = srgbLevel(m[0]! * r + m[1]! * g + m[2]! * b);
    result[to + 1] = srgbLevel(m[3]! * r + m[4]! * g + m[5]! * b);
    result[to + 2] = srgbLevel(m[6]! * r + m[7]! * g + m[8]! * b);
  }
  return picture(width, height, result);
}

/** The sRGB level of linear light 0 to 1; values outside are clipped. */
function srgbLevel(light: number): number {
  const clipped = Math.min(1, Math.max(0, light));
  return Math.round(255 * (clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055));
}

function opaqueBytes({ width, height, channels, data }: Pixels, most: number): Picture {
  const bytes = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < bytes.length; from += channels, to += 3) {
    for (let channel = 0; channel < 3; channel++) {
      bytes[to + channel] = Math.round((255 * data[from + channel]!) / most);
    }
  }
  return picture(width, height, bytes);
}

const D65: Chromaticity = [0.3127, 0.329];
const D50_XYZ = [0.9642, 1, 0.8249] as const;

/** The chromaticities of red, green, blue and white of a colour space. */
export type Primaries = readonly [Chromaticity, Chromaticity, Chromaticity, Chromaticity];

/** sRGB's and BT.709's primaries. */
export const SRGB_PRIMARIES: Primaries = [[0.64, 0.33], [0.3, 0.6], [0.15, 0.06], D65];

/**
 * The matrix from linear light in these primaries to linear light in sRGB. Throws `RangeError` if they are degenerate.
 */
export function primariesToSrgb(primaries: Primaries): Matrix {
  return multiplied(D50_TO_SRGB, primariesToD50(primaries));
}

/** The matrix to linear sRGB from a space given by its matrix to XYZ relative to D50, as in ICC profiles. */
export function d50ToSrgb(toXyz: Matrix): Matrix {
  return multiplied(D50_TO_SRGB, toXyz);
}

/**
 * The matrix from linear light in these primaries to XYZ relative to D50, with Bradford adaptation as in ICC profiles.
 */
function primariesToD50([red, green, blue, white]: Primaries): Matrix {
  const xyz = ([x, y]: Chromaticity) => [x / y, 1, (1 - x - y) / y];
  const columns = transposed([red, green, blue].flatMap(xyz));
  const shares = applied(inverse(columns), xyz(white));
  const toXyz = columns.map((value, at) => value * shares[at % 3]!);
  const [from, to] = [applied(BRADFORD, xyz(white)), applied(BRADFORD, D50_XYZ)];
  const scaled = BRADFORD.map((value, at) => (value * to[Math.floor(at / 3)]!) / from[Math.floor(at / 3)]!);
  return multiplied(multiplied(inverse(BRADFORD), scaled), toXyz);
}

/** The Bradford matrix from XYZ to sharpened cone responses. */
const BRADFORD: Matrix = [0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296];

const D50_TO_SRGB = inverse(primariesToD50(SRGB_PRIMARIES));

function multiplied(a: Matrix, b: Matrix): Matrix {
  return a.map((_, at) => {
    const [row, column] = [3 * Math.floor(at / 3), at % 3];
    return a[row]! * b[column]! + a[row + 1]! * b[column + 3]! + a[row + 2]! * b[column + 6]!;
  });
}

function applied(m: Matrix, [x, y, z]: readonly number[]): number[] {
  return [0, 3, 6].map((row) => m[row]! * x! + m[row + 1]! * y! + m[row + 2]! * z!);
}

function transposed(m: readonly number[]): Matrix {
  return m.map((_, at) => m[3 * (at % 3) + Math.floor(at / 3)]!);
}

function inverse(m: Matrix): Matrix {
  const [a, b, c, d, e, f, g, h, i] = m as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (!(Math.abs(determinant) > 1e-9)) throw new RangeError('these primaries span no colours');
  return [
    ...[e * i - f * h, c * h - b * i, b * f - c * e],
    ...[f * g - d * i, a * i - c * g, c * d - a * f],
    ...[d * h - e * g, b * g - a * h, a * e - b * d],
  ].map((cofactor) => cofactor / determinant);
}
