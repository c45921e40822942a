/** @file Histogram matching: adapts a frame's colour distribution to another's, channel by channel. */

import type { Picture } from './picture.ts';

const LEVELS = 256;

/**
 * The frame with each channel's histogram matched to the reference's: every level becomes the first reference level
 * whose cumulative share is not below the level's own. Bit-exact with the LAMP reference's `his_match`, ties included:
 * the shares are float64 quotients summed in order of level, as numpy does it. The pictures may differ in size.
 */
export function matchHistogram(reference: Picture, frame: Picture): Picture {
  return { ...frame, data: matchLevels(reference.data, frame.data) };
}

/**
 * {@link matchHistogram} on floats: both are `[height, width, 3]` in [0, 1], cut to 8-bit levels first (`x * 255`,
 * truncated, as the reference does). The result holds multiples of 1/255.
 */
export function matchHistogramFloats(reference: Float32Array, frame: Float32Array): Float32Array {
  const matched = matchLevels(toLevels(reference), toLevels(frame));
  return Float32Array.from(matched, (level) => level / 255);
}

function toLevels(floats: Float32Array): Uint8Array {
  const levels = new Uint8Array(floats.length);
  for (let at = 0; at < floats.length; at++) {
    levels[at] = Math.min(255, Math.max(0, Math.trunc(Math.fround(floats[at]! * 255))));
  }
  return levels;
}

/** Interleaved RGB levels in, matched levels out. */
function matchLevels(reference: Uint8Array, frame: Uint8Array): Uint8Array {
  const matched = new Uint8Array(frame.length);
  for (let channel = 0; channel < 3; channel++) {
    const wanted = cumulativeShares(reference, channel);
    const found = cumulativeShares(frame, channel);
    const newLevels = found.map((share) => Math.min(firstNotBelow(wanted, share), LEVELS - 1));
    for (let at = channel; at < frame.length; at += 3) {
      matched[at] = newLevels[frame[at]!]!;
    }
  }
  return matched;
}

function cumulativeShares(data: Uint8Array, channel: number): Float64Array {
  const counts = new Float64Array(LEVELS);
  for (let at = channel; at < data.length; at += 3) {
    counts[data[at]!]! += 1;
  }
  const pixels = data.length / 3;
  let sum = 0;
  return counts.map((count) => {
    sum += count / pixels;
    return sum;
  });
}

/** Index of the first value in an ascending array that is not below `value`; the array's length if all are. */
function firstNotBelow(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
