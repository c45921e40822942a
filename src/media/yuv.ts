/** @file Conversion between RGB and the luma and chroma planes of video codecs. */

import type { Picture } from './picture.ts';
import type { Size } from './size.ts';

/** The luma weights of red and blue, which define a colour matrix; green has the rest. */
interface LumaWeights {
  readonly red: number;
  readonly blue: number;
}

const MATRICES = {
  /** Standard definition, BT.601. */
  bt470bg: { red: 0.299, blue: 0.114 },
  /** Standard definition, BT.601 under its American name; the same numbers. */
  smpte170m: { red: 0.299, blue: 0.114 },
  /** High definition. */
  bt709: { red: 0.2126, blue: 0.0722 },
  /** Ultra-high definition, non-constant luminance. */
  'bt2020-ncl': { red: 0.2627, blue: 0.0593 },
  /** The first American colour television. */
  fcc: { red: 0.3, blue: 0.11 },
  /** The first high definition, before BT.709. */
  smpte240m: { red: 0.212, blue: 0.087 },
} as const satisfies Record<string, LumaWeights>;

/** Name of a colour matrix, as WebCodecs or, for those that it does not know, FFmpeg spells it. */
export type ColourMatrix = keyof typeof MATRICES;

/** Whether a matrix of this name is known here. */
export function isColourMatrix(name: string | null | undefined): name is ColourMatrix {
  return name !== null && name !== undefined && Object.hasOwn(MATRICES, name);
}

/** The matrix that players assume if a video names none: BT.709 from 720 lines or 1280 columns, else BT.601. */
export function customaryMatrix({ width, height }: Size): ColourMatrix {
  return width >= 1280 || height >= 720 ? 'bt709' : 'smpte170m';
}

/** One plane of samples, with tightly packed rows. */
export type Plane = Uint8Array | Uint16Array;

/** A frame as three planes: luma, and blue and red chroma at full, half, or quarter resolution. */
export interface YuvFrame extends Size {
  readonly planes: readonly [Plane, Plane, Plane];
  /** Whether a chroma plane has half the columns, and half the rows. */
  readonly halfWidth: boolean;
  readonly halfHeight: boolean;
  /** Bits per sample, 8 to 16. */
  readonly bits: number;
  /** Colour matrix; in `ycgco` the chroma planes are green and orange differences. */
  readonly matrix: ColourMatrix | 'ycgco';
  /** Luma from 0 to 255 rather than from 16 to 235 (at 8 bits). */
  readonly fullRange: boolean;
}

/**
 * Converts a frame to an RGB picture. Chroma is interpolated linearly, sited as in MPEG-2 and H.264: on every second
 * column, and midway between two rows.
 */
export function yuvToPicture(frame: YuvFrame): Picture {
  const { width, height, planes, halfWidth, halfHeight, bits, fullRange } = frame;
  const colourWidth = halfWidth ? (width + 1) >> 1 : width;
  const colourHeight = halfHeight ? (height + 1) >> 1 : height;
  const unit = 2 ** (bits - 8);
  const black = fullRange ? 0 : 16 * unit;
  const lumaScale = 255 / (fullRange ? 256 * unit - 1 : 219 * unit);
  const colourScale = 255 / (fullRange ? 256 * unit - 1 : 224 * unit);
  const neutral = 128 * unit;
  const shares = colourShares(frame.matrix, colourScale);
  const [redFromU, redFromV, greenFromU, greenFromV, blueFromU, blueFromV] = shares;

  const u = new Float32Array(colourWidth + 1);
  const v = new Float32Array(colourWidth + 1);
  // A `Uint8ClampedArray` clamps and rounds by itself.
  const data = new Uint8ClampedArray(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    blendRow(planes[1], u, y, colourWidth, colourHeight, halfHeight, neutral);
    blendRow(planes[2], v, y, colourWidth, colourHeight, halfHeight, neutral);
    for (let x = 0; x < width; x++) {
      const luma = (planes[0][y * width + x]! - black) * lumaScale;
      const column = halfWidth ? x >> 1 : x;
      const between = halfWidth && (x & 1) === 1;
      const blueness = between ? (u[column]! + u[column + 1]!) / 2 : u[column]!;
      const redness = between ? (v[column]! + v[column + 1]!) / 2 : v[column]!;
      data[at++] = luma + redFromU * blueness + redFromV * redness;
      data[at++] = luma + greenFromU * blueness + greenFromV * redness;
      data[at++] = luma + blueFromU * blueness + blueFromV * redness;
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}

/** The contributions of both chroma planes to red, green and blue. */
function colourShares(
  matrix: YuvFrame['matrix'],
  scale: number,
): [number, number, number, number, number, number] {
  if (matrix === 'ycgco') return [-scale, scale, scale, 0, -scale, -scale];
  const { red, blue } = MATRICES[matrix];
  const redFromV = 2 * (1 - red) * scale;
  const blueFromU = 2 * (1 - blue) * scale;
  const green = 1 - red - blue;
  return [0, redFromV, (-blueFromU * blue) / green, (-redFromV * red) / green, blueFromU, 0];
}

/** Converts a frame of green, blue and red planes, in this order and at full resolution, to an RGB picture. */
export function gbrToPicture(
  frame: Pick<YuvFrame, 'width' | 'height' | 'planes' | 'bits' | 'fullRange'>,
): Picture {
  const { width, height, planes, bits, fullRange } = frame;
  const unit = 2 ** (bits - 8);
  const black = fullRange ? 0 : 16 * unit;
  const scale = 255 / (fullRange ? 256 * unit - 1 : 219 * unit);
  const data = new Uint8ClampedArray(width * height * 3);
  for (const [plane, channel] of [1, 2, 0].entries()) {
    for (let pixel = 0; pixel < width * height; pixel++) {
      data[3 * pixel + channel] = (planes[plane]![pixel]! - black) * scale;
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}

/** The chroma samples for picture row `y`, centred on zero, with the last one repeated after the end. */
function blendRow(
  plane: Plane,
  row: Float32Array,
  y: number,
  width: number,
  height: number,
  halfHeight: boolean,
  neutral: number,
): void {
  const near = halfHeight ? y >> 1 : y;
  const other = halfHeight ? Math.min(Math.max(near + ((y & 1) === 0 ? -1 : 1), 0), height - 1) : near;
  for (let x = 0; x < width; x++) {
    row[x] = (3 * plane[near * width + x]! + plane[other * width + x]!) / 4 - neutral;
  }
  row[width] = row[width - 1]!;
}

/**
 * Converts a picture to consecutive 8-bit 4:2:0 planes (I420) in limited range, which every player supports. Chroma is
 * averaged over two rows and, weighted 1:2:1, over three columns; halves of odd sizes are rounded up.
 */
export function pictureToI420({ width, height, data }: Picture, matrix: ColourMatrix): Uint8Array {
  const weights = MATRICES[matrix];
  const green = 1 - weights.red - weights.blue;
  const colourWidth = (width + 1) >> 1;
  const colourHeight = (height + 1) >> 1;
  const luma = new Float32Array(width * height);
  const blueness = new Float32Array(width * height);
  const redness = new Float32Array(width * height);
  for (let pixel = 0, at = 0; pixel < width * height; pixel++, at += 3) {
    const level = weights.red * data[at]! + green * data[at + 1]! + weights.blue * data[at + 2]!;
    luma[pixel] = level;
    blueness[pixel] = (data[at + 2]! - level) / (2 * (1 - weights.blue));
    redness[pixel] = (data[at]! - level) / (2 * (1 - weights.red));
  }
  const colourSize = colourWidth * colourHeight;
  const planes = new Uint8ClampedArray(width * height + 2 * colourSize);
  for (let pixel = 0; pixel < width * height; pixel++) {
    planes[pixel] = 16 + (luma[pixel]! * 219) / 255;
  }
  for (const [plane, difference] of [blueness, redness].entries()) {
    let at = width * height + plane * colourSize;
    for (let y = 0; y < height; y += 2) {
      const below = Math.min(y + 1, height - 1);
      for (let x = 0; x < width; x += 2) {
        const left = Math.max(x - 1, 0);
        const right = Math.min(x + 1, width - 1);
        let sum = 0;
        for (const row of [y * width, below * width]) {
          sum += difference[row + left]! + 2 * difference[row + x]! + difference[row + right]!;
        }
        planes[at++] = 128 + ((sum / 8) * 224) / 255;
      }
    }
  }
  return new Uint8Array(planes.buffer);
}
