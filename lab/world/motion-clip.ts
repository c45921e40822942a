/** @file Clips of a thing that moves through a still scene, with the true track. */

import type { RandomStream } from '../../src/diffusion/random.ts';
import type { Picture } from '../../src/media/picture.ts';
import type { Size } from '../../src/media/size.ts';
import { captionOf } from './caption.ts';
import { placeMotion } from './placement.ts';
import { paintScene, type Scene, WORLD_SIZE } from './scene.ts';
import { type Box, drawSprite, type Pose, placeOf, type Sprite, spriteBox } from './sprite.ts';
import type { Thing } from './thing.ts';
import type { TrackPoint } from './track.ts';
import type { WorldMotion } from './world-motions.ts';

/** Options of {@link motionClip}. */
export interface MotionClipOptions {
  /** Default 16. */
  readonly frames?: number;
  /** Default 128 by 128. */
  readonly size?: Size;
}

/** A rendered clip and its ground truth. */
export interface MotionClip {
  readonly frames: readonly Picture[];
  /** Such as "a panda runs on the beach". */
  readonly prompt: string;
  /** The thing's true position in each frame. */
  readonly track: readonly TrackPoint[];
  /** The rectangle around the thing in each frame, always inside the picture. */
  readonly boxes: readonly Box[];
  /** The scene without the thing. */
  readonly background: Picture;
  readonly motion: WorldMotion;
  readonly thing: Thing;
  readonly scene: Scene;
}

/**
 * Renders a clip: a thing of random size starts at a random place and moves; the scene does not. The whole path lies
 * inside the picture. The same stream gives the same bytes.
 */
export function motionClip(
  stream: RandomStream,
  motion: WorldMotion,
  thing: Thing,
  scene: Scene,
  options: MotionClipOptions = {},
): MotionClip {
  const { frames: count = 16, size = WORLD_SIZE } = options;
  const { picture: background, ground } = paintScene(scene, stream, size);
  const { sprite } = thing;
  const poses = placeMotion(stream, motion, { sprite, size, ground }, count);
  const frames = poses.map((pose) => {
    const frame = { ...background, data: background.data.slice() };
    drawSprite(frame, sprite, pose);
    return frame;
  });
  return {
    frames,
    prompt: motionPrompt(motion, thing, scene),
    track: poses.map((pose) => trackPointOf(sprite, pose, poses[0]!.angle, size)),
    boxes: poses.map((pose) => spriteBox(sprite, pose, size)),
    background,
    motion,
    thing,
    scene,
  };
}

/** The prompt of a motion, such as "a panda runs on the beach"; without a scene "a panda runs". */
function motionPrompt(motion: WorldMotion, thing: Thing, scene?: Scene): string {
  return captionOf({ thing: thing.phrase, verb: motion.verb, place: scene?.places[0] });
}

/** The true measures of a posed sprite. */
function trackPointOf(sprite: Sprite, pose: Pose, firstAngle: number, size: Size): TrackPoint {
  const [x, y] = placeOf(sprite.centroid, pose, size);
  const area = sprite.area * (pose.size * size.height) ** 2;
  return {
    x,
    y,
    size: Math.sqrt(area / (size.width * size.height)),
    angle: pose.angle - firstAngle,
    found: true,
  };
}
