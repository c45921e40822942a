/** @file Guesses the still scene behind a moving thing from the frames alone. */

import { areaOf, filled, grown, largestParts, type Mask } from './mask.ts';
import type { Picture } from './picture.ts';
import { segmentThing } from './segment.ts';

/**
 * Pixels whose levels differ by more than this between frames have seen something move; below is noise of a decoder.
 */
const MOVED = 36;
/** Clips in which a smaller share of the pixels moved are still. */
const LEAST_MOVED = 0.004;
/** Levels this near to each other are the same, up to the noise of a decoder. */
const SAME = 14;
/** Levels this far from a bridge get nothing for being near to it. */
const FAR = 60;
/** What a level must at least have for it: to be seen half of the time, or now and then and near to a bridge. */
const LEAST_SCORE = 0.5;
/** A part of what differs counts when it has this share of the core that the one with most of it has. */
const HALF = 0.5;
/** The share of the width, on either side, that counts as background when nothing moves. */
const STRIP = 0.03;

/** A scene without its thing, and where it is a guess. */
export interface Background {
  readonly picture: Picture;
  /** Where the thing can have been. Everywhere when nothing moved. */
  readonly region: Mask;
  /** Whether anything moved at all. */
  readonly moved: boolean;
}

/**
 * Guesses the background of a clip with a fixed scene. Outside the region where something moved, it is what is seen.
 * Inside, the rows and the columns are bridged from the pixels beside the region, and of all the levels that a pixel
 * ever shows those are taken that it shows often and that lie near a bridge: a thing's levels come and go, or are far
 * from both bridges. When nothing moves, each row is bridged from edge to edge of the picture: what differs from that
 * is taken for the thing.
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
    // What never changes amid what moves belongs to the thing: there the bridge stays.
    if (swept.data[pixel]) takeLikeliest(data, frames, [rows, columns], pixel);
  }
  return { picture: { width, height, data }, region, moved };
}

/**
 * The scene behind a thing that never leaves its place, from the frame in which it hides least: what differs in the
 * region from bridges over all of it, and is where the thing always is (`core`), is taken for the thing, and only
 * that is bridged, but for what looks like the bridge: that is the scene itself.
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

/** A picture with the rows of a region bridged from the pixels beside it. */
function bridged({ width, height, data }: Picture, region: Mask): Picture {
  const rows = data.slice();
  for (let y = 0; y < height; y++) bridgeLine(rows, region, y * width, 1, width);
  return { width, height, data: rows };
}

/** Sets a pixel to what some frame shows there and most speaks for; leaves the bridge of its row when nothing does. */
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

/** Each level's median over the frames. */
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

/** Replaces the runs of a row or column that lie in the region by straight lines between the pixels beside them. */
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

/** Everything but a strip on the left and on the right. */
function edgeless(width: number, height: number): Mask {
  const strip = Math.max(1, Math.round(STRIP * width));
  const data = Uint8Array.from({ length: width * height }, (_, pixel) => {
    const x = pixel % width;
    return x >= strip && x < width - strip ? 1 : 0;
  });
  return { width, height, data };
}
