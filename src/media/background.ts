/** @file Estimates the still background behind a moving object from the frames alone. */

import { areaOf, filled, grown, largestParts, type Mask } from './mask.ts';
import type { Picture } from './picture.ts';
import { segmentThing } from './segment.ts';

/** Pixels whose levels vary by more than this count as moved; smaller variations are decoder noise. */
const MOVED = 36;
/** If a smaller fraction of the pixels moved, a clip counts as still. */
const LEAST_MOVED = 0.004;
/** Levels that differ by at most this are equal up to decoder noise. */
const SAME = 14;
/** Levels that differ from the interpolation by at least this get no score for similarity to it. */
const FAR = 60;
/** Minimum score of a level: it is visible half of the time, or sometimes and similar to the interpolation. */
const LEAST_SCORE = 0.5;
/** A connected part counts if it has at least this fraction of the largest overlap with the core. */
const HALF = 0.5;
/** Fraction of the width, on either side, that counts as background if nothing moves. */
const STRIP = 0.03;

/** An estimated background. */
export interface Background {
  readonly picture: Picture;
  /** Where the object may have been, so that the background is estimated; everywhere if nothing moved. */
  readonly region: Mask;
  /** Whether anything moved at all. */
  readonly moved: boolean;
}

/**
 * Estimates the background of a clip with a fixed scene. Outside the region where something moved, it is what the
 * frames show. Inside, rows and columns are interpolated from the pixels beside the region, and of all levels that a
 * pixel ever has, those are chosen that it has often and that are similar to one of the interpolations; an object's
 * levels come and go, or differ from both. If nothing moves, each row is interpolated from edge to edge of the picture,
 * and what differs from that is taken for the object.
 */
export function guessBackground(frames: readonly Picture[]): Background {
  const { width, height } = frames[0]!;
  const median = medianFrame(frames);
  const changing: Mask = { width, height, data: changedPixels(frames) };
  const moved = areaOf(changing) > LEAST_MOVED * width * height;
  const swept = grown(changing, 2);
  const region = moved ? filled(swept) : edgeless(width, height);
  const { data: rows } = bridged({ width, height, data: median }, region);
  if (!moved) {
    return { picture: { width, height, data: rows }, region: everything(width, height), moved };
  }
  const columns = median.slice();
  for (let x = 0; x < width; x++) bridgeLine(columns, region, x, width, height);
  const data = rows.slice();
  for (let pixel = 0; pixel < width * height; pixel++) {
    // Pixels that never change inside the moving region belong to the object; the interpolation stays there.
    if (swept.data[pixel]) takeLikeliest(data, frames, [rows, columns], pixel);
  }
  return { picture: { width, height, data }, region, moved };
}

/**
 * The background behind an object that never leaves its place, from the frame in which it hides least. Parts of the
 * region that differ from an interpolation over all of it, and overlap with where the object always is (`core`), are
 * taken for the object, and only those are interpolated, except pixels that look like the interpolation, which show the
 * background itself.
 */
export function behindThing(frame: Picture, region: Mask, core: Mask): Picture {
  const found = segmentThing(frame, bridged(frame, region), { region });
  const thing = largestParts(found, HALF, (part) => part.filter((pixel) => core.data[pixel]).length);
  const scene = bridged(frame, grown(thing, 2));
  for (let at = 0; at < frame.data.length; at += 3) {
    if (distanceAt(frame.data, scene.data, at) < SAME) scene.data.set(frame.data.subarray(at, at + 3), at);
  }
  return scene;
}

/** A picture in which the rows of a region are interpolated from the pixels beside it. */
function bridged({ width, height, data }: Picture, region: Mask): Picture {
  const rows = data.slice();
  for (let y = 0; y < height; y++) bridgeLine(rows, region, y * width, 1, width);
  return { width, height, data: rows };
}

/**
 * Sets a pixel to the level with the highest score among the frames; keeps the interpolation of its row if none
 * suffices.
 */
function takeLikeliest(
  data: Uint8Array,
  frames: readonly Picture[],
  bridges: readonly Uint8Array[],
  pixel: number,
): void {
  const at = pixel * 3;
  let best = LEAST_SCORE;
  let choice: Picture | undefined;
  for (const frame of frames) {
    let often = 0;
    for (const other of frames) if (distanceAt(frame.data, other.data, at) < SAME) often++;
    const near = Math.min(...bridges.map((bridge) => distanceAt(frame.data, bridge, at)));
    const score = often / frames.length + Math.max(0, 1 - near / FAR);
    if (score > best) [best, choice] = [score, frame];
  }
  if (choice) data.set(choice.data.subarray(at, at + 3), at);
}

function distanceAt(a: Uint8Array, b: Uint8Array, at: number): number {
  return Math.max(
    Math.abs(a[at]! - b[at]!),
    Math.abs(a[at + 1]! - b[at + 1]!),
    Math.abs(a[at + 2]! - b[at + 2]!),
  );
}

/** The median of each level over the frames. */
function medianFrame(frames: readonly Picture[]): Uint8Array {
  const levels = new Uint8Array(frames.length);
  return frames[0]!.data.map((_, at) => {
    for (let frame = 0; frame < frames.length; frame++) levels[frame] = frames[frame]!.data[at]!;
    levels.sort();
    return levels[levels.length >> 1]!;
  });
}

function changedPixels(frames: readonly Picture[]): Uint8Array {
  const { width, height } = frames[0]!;
  const changed = new Uint8Array(width * height);
  for (let at = 0; at < width * height * 3; at++) {
    let [least, most] = [255, 0];
    for (const { data } of frames) {
      least = Math.min(least, data[at]!);
      most = Math.max(most, data[at]!);
    }
    if (most - least > MOVED) changed[Math.floor(at / 3)] = 1;
  }
  return changed;
}

/** Replaces the runs of a row or column inside the region by linear interpolation between the pixels beside them. */
function bridgeLine(
  data: Uint8Array,
  { data: inside }: Mask,
  first: number,
  step: number,
  length: number,
): void {
  const pixelAt = (at: number) => first + at * step;
  for (let start = 0; start < length; start++) {
    if (!inside[pixelAt(start)]) continue;
    let end = start;
    while (end + 1 < length && inside[pixelAt(end + 1)]) end++;
    const before = start > 0 ? pixelAt(start - 1) : undefined;
    const after = end + 1 < length ? pixelAt(end + 1) : undefined;
    for (let at = start; at <= end && (before ?? after) !== undefined; at++) {
      const share = (at - start + 1) / (end - start + 2);
      for (let channel = 0; channel < 3; channel++) {
        const from = data[(before ?? after)! * 3 + channel]!;
        const to = data[(after ?? before)! * 3 + channel]!;
        data[pixelAt(at) * 3 + channel] = Math.round(from + (to - from) * share);
      }
    }
    start = end;
  }
}

function everything(width: number, height: number): Mask {
  return { width, height, data: new Uint8Array(width * height).fill(1) };
}

/** Everything except a strip on the left and right. */
function edgeless(width: number, height: number): Mask {
  const strip = Math.max(1, Math.round(STRIP * width));
  const data = Uint8Array.from({ length: width * height }, (_, pixel) => {
    const x = pixel % width;
    return x >= strip && x < width - strip ? 1 : 0;
  });
  return { width, height, data };
}
