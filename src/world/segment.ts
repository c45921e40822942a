/** @file Finds a thing in a frame as what differs from the scene behind it. */

import type { Picture } from '../media/picture.ts';
import { filled, grown, largestParts, type Mask, shrunk } from './mask.ts';

/** A difference of this many levels is never noise of the picture; smaller ones may be. */
const LARGEST_THRESHOLD = 64;
const SMALLEST_THRESHOLD = 22;
/** Parts smaller than this share of the largest are specks, not parts of the thing. */
const SMALLEST_PART = 0.1;

/**
 * The mask of what differs from the background: the largest connected part and others nearly as large, without holes. The
 * threshold follows the frame's own noise: three times the median difference and a little more. `region`, when given,
 * bounds where the thing can be; `smooth` removes lines thinner than five pixels, such as an uneven horizon.
 */
export function segmentThing(frame: Picture, background: Picture, region?: Mask, smooth = false): Mask {
  const { width, height } = frame;
  const differences = smoothed(differenceOf(frame, background), width, height);
  const median = differences.slice().sort()[differences.length >> 1]!;
  const threshold = Math.min(LARGEST_THRESHOLD, SMALLEST_THRESHOLD + 3 * median);
  const data = Uint8Array.from(differences, (difference, pixel) =>
    difference > threshold && (!region || region.data[pixel]) ? 1 : 0,
  );
  let mask: Mask = { width, height, data };
  if (smooth) mask = grown(shrunk(mask, 2), 2);
  return filled(largestParts(mask, SMALLEST_PART));
}

/** The largest difference of the three channels at each pixel. */
function differenceOf({ data }: Picture, { data: other }: Picture): Float32Array {
  const differences = new Float32Array(data.length / 3);
  for (let pixel = 0, at = 0; pixel < differences.length; pixel++, at += 3) {
    differences[pixel] = Math.max(
      Math.abs(data[at]! - other[at]!),
      Math.abs(data[at + 1]! - other[at + 1]!),
      Math.abs(data[at + 2]! - other[at + 2]!),
    );
  }
  return differences;
}

/** Weights 1-2-1 in both directions: single noisy pixels fade, edges stay where they are. */
function smoothed(values: Float32Array, width: number, height: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    const above = Math.max(0, y - 1) * width;
    const below = Math.min(height - 1, y + 1) * width;
    for (let x = 0; x < width; x++) {
      const [left, right] = [Math.max(0, x - 1), Math.min(width - 1, x + 1)];
      const line = (row: number) => values[row + left]! + 2 * values[row + x]! + values[row + right]!;
      result[y * width + x] = (line(above) + 2 * line(y * width) + line(below)) / 16;
    }
  }
  return result;
}
