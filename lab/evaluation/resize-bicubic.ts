/** @file Bicubic resizing as in Pillow, with which image models are usually trained. */

import type { Picture } from '../../src/media/picture.ts';
import type { Size } from '../../src/media/size.ts';

/** Weights are fixed-point numbers with this many fractional bits, as in Pillow for 8-bit pictures. */
const PRECISION = 2 ** 22;

/**
 * A picture stretched to another size with Keys' cubic filter (a = −0.5), widened by the factor when the picture
 * becomes smaller, first along the rows and then along the columns, rounded to bytes each time: Pillow's
 * `resize(…, BICUBIC)`. Returns the picture itself when it has that size already.
 */
export function resizeBicubic(from: Picture, { width, height }: Size): Picture {
  if (![width, height].every((side) => Number.isInteger(side) && side > 0)) {
    throw new RangeError(`a picture cannot be ${width}x${height}; sides are whole numbers from 1`);
  }
  const rows =
    width === from.width ? from.data : resample(from.data, from.height, 3, taps(from.width, width));
  const data = height === from.height ? rows : resample(rows, 1, 3 * width, taps(from.height, height));
  return data === from.data ? from : { width, height, data };
}

/** The source pixels of an output pixel: neighbours from `first` on, with weights that sum to `PRECISION`. */
interface Tap {
  readonly first: number;
  readonly weights: Float64Array;
}

function taps(from: number, to: number): Tap[] {
  const step = from / to;
  const stretch = Math.max(1, step);
  return Array.from({ length: to }, (_, index) => {
    const centre = (index + 0.5) * step;
    const first = Math.max(0, Math.trunc(centre - 2 * stretch + 0.5));
    const end = Math.min(from, Math.trunc(centre + 2 * stretch + 0.5));
    const raw = Array.from({ length: end - first }, (_, k) => cubic((first + k - centre + 0.5) / stretch));
    const sum = raw.reduce((total, weight) => total + weight, 0);
    const fixed = raw.map((weight) => Math.trunc((weight / sum) * PRECISION + (weight < 0 ? -0.5 : 0.5)));
    return { first, weights: Float64Array.from(fixed) };
  });
}

/** Keys 1981, "Cubic convolution interpolation for digital image processing". */
function cubic(x: number): number {
  const [a, d] = [-0.5, Math.abs(x)];
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
}

/** Bytes `[outer, length, inner]` → `[outer, taps, inner]`. */
function resample(data: Uint8Array, outer: number, inner: number, taps: readonly Tap[]): Uint8Array {
  const length = data.length / (outer * inner);
  // A clamped array clips values to 0…255.
  const result = new Uint8ClampedArray(outer * taps.length * inner);
  let at = 0;
  for (let block = 0; block < outer; block++) {
    for (const { first, weights } of taps) {
      const start = (block * length + first) * inner;
      for (let value = 0; value < inner; value++) {
        let sum = PRECISION / 2;
        for (let k = 0; k < weights.length; k++) sum += data[start + k * inner + value]! * weights[k]!;
        result[at++] = Math.floor(sum / PRECISION);
      }
    }
  }
  return new Uint8Array(result.buffer);
}
