/** @file Finds places where a thing, and its whole path, lie inside the picture. */

import type { RandomStream } from '../../src/diffusion/random.ts';
import type { Size } from '../../src/media/size.ts';
import { between } from './scene-painters.ts';
import { type Box, type Pose, type Sprite, spriteBox } from './sprite.ts';
import type { WorldMotion } from './world-motions.ts';

/** Least distance to the picture's edge, as a fraction of its side. */
const MARGIN = 0.02;

/** Number of attempts to shrink a thing so that its path fits above the ground, before it is placed higher. */
const TRIES = 6;

/** What to place and how. */
export interface PlacementRequest {
  readonly sprite: Sprite;
  readonly size: Size;
  /** Range of the ground, as fractions of the height. */
  readonly ground: readonly [highest: number, lowest: number];
  readonly mirrored?: boolean;
}

/** The poses of a thing that moves: one for each frame, all inside the picture; the start is drawn at random. */
export function placeMotion(
  stream: RandomStream,
  motion: WorldMotion,
  request: PlacementRequest,
  frames: number,
): Pose[] {
  const times = Array.from({ length: frames }, (_, frame) => (frames > 1 ? frame / (frames - 1) : 0));
  let longer = between(stream, ...motion.sizes);
  for (let attempt = 0; ; attempt++, longer *= 0.94) {
    const poses = times.map((time) => poseAt(motion, time, longer, request));
    const boxes = poses.map((pose) => spriteBox(request.sprite, pose, request.size));
    const standing = motion.stands === 'end' ? boxes.at(-1)! : boxes[0]!;
    const whole = unionOf(boxes);
    if ((tooLarge(whole) || noRoom(whole, standing, motion, request)) && attempt < TRIES) continue;
    const feet = motion.stands === 'never' ? undefined : standing.bottom;
    const [x, y] = shiftInside(stream, whole, feet, request.ground);
    return poses.map((pose) => ({ ...pose, x: pose.x + x, y: pose.y + y }));
  }
}

/** The pose of a thing that stands on the ground, or (`aloft`) is anywhere in the picture. */
export function placeStill(
  stream: RandomStream,
  request: PlacementRequest,
  longer: number,
  angle: number,
  aloft: boolean,
): Pose {
  for (;;) {
    const pose: Pose = { x: 0, y: 0, size: longer, angle, mirrored: request.mirrored ?? false };
    const box = spriteBox(request.sprite, pose, request.size);
    if (tooLarge(box)) {
      longer *= 0.94;
      continue;
    }
    const [x, y] = shiftInside(stream, box, aloft ? undefined : box.bottom, request.ground);
    return { ...pose, x, y };
  }
}

function poseAt(motion: WorldMotion, time: number, longer: number, request: PlacementRequest): Pose {
  const { x, y, scale, angle } = motion.at(time);
  // Growing on its feet lifts the centre by half of what the height gains.
  const lift = motion.anchor === 'feet' ? (longer * (scale - 1) * request.sprite.extent[1]) / 2 : 0;
  return { x, y: y - lift, size: longer * scale, angle, mirrored: request.mirrored ?? false };
}

function unionOf(boxes: readonly Box[]): Box {
  return {
    left: Math.min(...boxes.map(({ left }) => left)),
    top: Math.min(...boxes.map(({ top }) => top)),
    right: Math.max(...boxes.map(({ right }) => right)),
    bottom: Math.max(...boxes.map(({ bottom }) => bottom)),
  };
}

function tooLarge({ left, top, right, bottom }: Box): boolean {
  return right - left > 1 - 2 * MARGIN || bottom - top > 1 - 2 * MARGIN;
}

/** Whether the path leaves the picture at the top even if the thing begins at the lowest place. */
function noRoom(whole: Box, standing: Box, motion: WorldMotion, { ground }: PlacementRequest): boolean {
  return motion.stands !== 'never' && ground[1] - (standing.bottom - whole.top) < MARGIN;
}

/** A random shift that brings the box inside, with the feet on the ground when they are given and there is room. */
function shiftInside(
  stream: RandomStream,
  box: Box,
  feet: number | undefined,
  ground: readonly [number, number],
): [x: number, y: number] {
  const x = between(stream, MARGIN - box.left, 1 - MARGIN - box.right);
  const highest = MARGIN - box.top;
  const lowest = 1 - MARGIN - box.bottom;
  if (feet === undefined) return [x, between(stream, highest, lowest)];
  const low = Math.max(highest, Math.min(lowest, ground[0] - feet));
  const high = Math.min(lowest, Math.max(highest, ground[1] - feet));
  return [x, between(stream, Math.min(low, high), high)];
}
