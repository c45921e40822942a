/** @file Random pictures of the little world with natural captions. */

import type { RandomStream } from '../../src/diffusion/random.ts';
import type { Picture } from '../../src/media/picture.ts';
import type { Size } from '../../src/media/size.ts';
import { type CaptionParts, captionOf, withAdjective } from './caption.ts';
import { placeMotion, placeStill } from './placement.ts';
import { paintScene, SCENES, type Scene, WORLD_SIZE } from './scene.ts';
import { between } from './scene-painters.ts';
import { type Box, drawSprite, type Pose, spriteBox } from './sprite.ts';
import type { Thing } from './thing.ts';
import { MOTIONS } from './world-motions.ts';

/** Frequencies of the kinds of pictures, and the things and scenes. */
export interface WorldOptions {
  /** Default 128 by 128. */
  readonly size?: Size;
  /** Default all scenes. */
  readonly scenes?: readonly Scene[];
  /** Share of pictures with nothing in the scene; default 0.06. */
  readonly emptyShare?: number;
  /** Share of captions that do not name the scene; default 0.12. */
  readonly sceneOmittedShare?: number;
  /**
   * Share of pictures that show the first moment of a motion and say so ("a panda runs on the beach"), as an image
   * model has seen pictures of running; default 0.12. Never what comes after that moment.
   */
  readonly actionShare?: number;
  /** Share of things turned to the left instead of to the right; default 0. */
  readonly mirroredShare?: number;
  /** Share of captions that say "a thing" instead of what it is, as the prompts of motions do; default 0.06. */
  readonly unnamedShare?: number;
  /** Share of things that lean to a side by up to 30 degrees; default 0.08. */
  readonly tiltedShare?: number;
}

/** A picture and its contents. */
export interface WorldSample {
  readonly picture: Picture;
  readonly caption: string;
  readonly scene: Scene;
  /** Absent if the scene is empty, as are the next two. */
  readonly thing?: Thing;
  /** The rectangle around the thing. */
  readonly box?: Box;
  readonly pose?: Pose;
}

/** The longer side of a thing, as fractions of the picture's height. */
const SIZES = [0.4, 0.8] as const;
const LARGEST_TILT = Math.PI / 6;

/**
 * A random picture: one of `things` at a random place and size in a random scene. Thing, scene, size and place are
 * drawn independently of one another, so that none of them predicts another. The same stream gives the same
 * bytes.
 */
export function worldSample(
  things: readonly Thing[],
  stream: RandomStream,
  options: WorldOptions = {},
): WorldSample {
  const { size = WORLD_SIZE, scenes = SCENES } = options;
  const scene = pick(stream, scenes);
  const { picture, ground } = paintScene(scene, stream, size);
  const kind = stream.uniform();
  const empty = options.emptyShare ?? 0.06;
  if (kind < empty) {
    const caption = stream.uniform() < 0.25 ? withAdjective(scene.phrase, 'empty') : scene.phrase;
    return { picture, caption: caption.replace(/^empty the /, 'the empty '), scene };
  }
  const thing = pick(stream, things);
  const mirrored = stream.uniform() < (options.mirroredShare ?? 0);
  const request = { sprite: thing.sprite, size, ground, mirrored };
  const place =
    stream.uniform() < (options.sceneOmittedShare ?? 0.12) ? undefined : placePhrase(stream, scene);
  let pose: Pose;
  let parts: CaptionParts;
  if (kind < empty + (options.actionShare ?? 0.12)) {
    const motion = pick(stream, MOTIONS);
    pose = placeMotion(stream, motion, request, 16)[0]!;
    parts = { thing: thing.phrase, verb: motion.verb, place };
  } else {
    const aloft = stream.uniform() < (thing.flies ? 0.6 : 0.12);
    const tilted = stream.uniform() < (options.tiltedShare ?? 0.08);
    const angle = tilted ? between(stream, -LARGEST_TILT, LARGEST_TILT) : 0;
    pose = placeStill(stream, request, between(stream, ...SIZES), angle, aloft);
    parts = { thing: thing.phrase, place, ...details(stream, pose, aloft) };
  }
  if (stream.uniform() < (options.unnamedShare ?? 0.06)) parts = { ...parts, thing: 'a thing' };
  drawSprite(picture, thing.sprite, pose);
  const caption = captionOf(parts);
  return { picture, caption, scene, thing, pose, box: spriteBox(thing.sprite, pose, size) };
}

/** The most common phrase for the place half of the time, else another one. */
function placePhrase(stream: RandomStream, { places }: Scene): string {
  return stream.uniform() < 0.5 ? places[0] : pick(stream, places);
}

/** Occasional details: small or big, on which side, in the air. */
function details(stream: RandomStream, pose: Pose, aloft: boolean): { adjective?: string; where?: string } {
  const sizeWord = pose.size < 0.5 ? 'small' : pose.size > 0.7 ? 'big' : undefined;
  const side = pose.x < 0.38 ? 'on the left' : pose.x > 0.62 ? 'on the right' : undefined;
  const where = aloft ? 'in the air' : side;
  const saysSize = stream.uniform() < 0.35;
  const saysWhere = stream.uniform() < (aloft ? 0.5 : 0.25);
  return {
    ...(saysSize && sizeWord && { adjective: sizeWord }),
    ...(saysWhere && where && { where }),
  };
}

/** One of the choices, uniformly. */
export function pick<T>(stream: RandomStream, choices: readonly T[]): T {
  return choices[stream.integer(choices.length)]!;
}
