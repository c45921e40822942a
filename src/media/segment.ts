/** @file Segments an object in a frame by its difference from the background. */

import { filled, grown, largestParts, type Mask, shrunk } from './mask.ts';
import type { Picture } from './picture.ts';

/** Upper bound of the threshold in levels: a larger difference is never noise. */
const LARGEST_THRESHOLD = 64;
const SMALLEST_THRESHOLD = 22;
/** Components smaller than this fraction of the largest are specks. */
const SMALLEST_PART = 0.1;
/** Like `SMALLEST_PART`, measured by similarity of colours to the object. */
const SMALLEST_LIKE_PART = 0.3;
/** Number of shades per channel in the colour histogram. */
const SHADES = 5;

/** Hints that help to distinguish the object from other differences. */
export interface SegmentHints {
  /** Region where the object can be. */
  readonly region?: Mask;
  /** Remove lines thinner than five pixels, such as an uneven horizon. */
  readonly smooth?: boolean;
  /** Colour histogram of the object (see `coloursOf`); components of other colours are discarded. */
  readonly colours?: Colours;
}

/** A colour histogram with `SHADES` shades per channel. */
export type Colours = Float32Array;

/**
 * The mask of what differs from the background: the largest connected component and others nearly as large, with holes
 * filled. The threshold adapts to the frame's noise: a little more than three times the median difference.
 */
export function segmentThing(
  frame: Picture,
  background: Picture,
  { region, smooth = false, colours }: SegmentHints = {},
): Mask {
  const { width, height } = frame;
  const differences = smoothed(differenceOf(frame, background), width, height);
  const median = differences.slice().sort()[differences.length >> 1]!;
  const threshold = Math.min(LARGEST_THRESHOLD, SMALLEST_THRESHOLD + 3 * median);
  const data = Uint8Array.from(differences, (difference, pixel) =>
    difference > threshold && (!region || region.data[pixel]) ? 1 : 0,
  );
  let mask: Mask = { width, height, data };
  if (smooth) mask = grown(shrunk(mask, 2), 2);
  if (!colours) return filled(largestParts(mask, SMALLEST_PART));
  return filled(largestParts(mask, SMALLEST_LIKE_PART, (part) => likeness(colours, frame, part)));
}

/** The colour histogram inside the mask; each pixel also counts towards neighbouring shades. */
export function coloursOf(picture: Picture, mask: Mask): Colours {
  return histogram(
    picture,
    [...mask.data.keys()].filter((pixel) => mask.data[pixel]),
  );
}

/**
 * Histogram intersection (Swain & Ballard 1991): how many of these pixels can belong to an object with these colours.
 */
function likeness(colours: Colours, picture: Picture, pixels: readonly number[]): number {
  const found = histogram(picture, pixels);
  return found.reduce((sum, count, colour) => sum + Math.min(count, colours[colour]!), 0);
}

/**
 * Each pixel is distributed over the eight nearest colours, so that a slight change of shade makes a slight difference.
 */
function histogram({ data }: Picture, pixels: readonly number[]): Colours {
  const counts = new Float32Array(SHADES ** 3);
  for (const pixel of pixels) {
    const at = [0, 1, 2].map((c) => (data[3 * pixel + c]! / 255) * (SHADES - 1));
    for (let corner = 0; corner < 8; corner++) {
      let [colour, weight] = [0, 1];
      for (const [c, shade] of at.entries()) {
        const low = Math.min(SHADES - 2, Math.floor(shade));
        const upper = (corner >> c) & 1;
        colour = colour * SHADES + low + upper;
        weight *= upper ? shade - low : 1 - (shade - low);
      }
      counts[colour]! += weight;
    }
  }
  return counts;
}

/** The largest difference over the three channels at each pixel. */
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

/** Smooths with weights 1-2-1 in both directions, which suppresses single noisy pixels and keeps edges in place. */
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
