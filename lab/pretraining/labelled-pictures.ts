/** @file Pictures of the little world with the names of what they show, for training and checking the classifier. */

import { type RandomStream, randomStream } from '../../src/diffusion/random.ts';
import { floats } from '../../src/graph/host-tensor.ts';
import { blankPicture, type Picture, pictureToFloats } from '../../src/media/picture.ts';
import type { Size } from '../../src/media/size.ts';
import { placeMotion } from '../world/placement.ts';
import { pick, worldSample } from '../world/sample.ts';
import { paintScene, SCENES } from '../world/scene.ts';
import { type Shape, shapeSample } from '../world/shape.ts';
import { drawSprite } from '../world/sprite.ts';
import type { Thing } from '../world/thing.ts';
import { MOTIONS } from '../world/world-motions.ts';
import { augment } from './augment.ts';
import type { ClassifierBatch } from './classifier-step.ts';

/** The class of empty pictures. */
export const NOTHING = 'nothing';

/** The class of the shapes' scene. */
export const WHITE_GROUND = 'white ground';

/** A picture and its two classes. */
export interface LabelledPicture {
  readonly picture: Picture;
  /** A thing's name ("penguin"), a shape's phrase ("a penguin"), or `NOTHING`. */
  readonly thing: string;
  /** A scene's name, or `WHITE_GROUND`. */
  readonly scene: string;
}

/** What pictures are drawn from. */
export interface LabelledSource {
  readonly things: readonly Thing[];
  /** Shapes of the same size. */
  readonly shapes: readonly Shape[];
  readonly size: Size;
}

/** Names of all classes, in the order of the network's outputs. */
export interface Classes {
  readonly things: readonly string[];
  readonly scenes: readonly string[];
}

/** The classes of the little world. */
export function worldClasses({ things, shapes }: Omit<LabelledSource, 'size'>): Classes {
  return {
    things: [...things.map(({ name }) => name), ...shapes.map(({ phrase }) => phrase), NOTHING],
    scenes: [...SCENES.map(({ name }) => name), WHITE_GROUND],
  };
}

/** A thing somewhere in a scene; one of ten pictures is an empty scene. */
export function stillPicture({ things, size }: LabelledSource, stream: RandomStream): LabelledPicture {
  const shares = { emptyShare: 0.1, mirroredShare: 0.25, tiltedShare: 0.3 };
  const { picture, thing, scene } = worldSample(things, stream, { size, ...shares });
  return { picture, thing: thing?.name ?? NOTHING, scene: scene.name };
}

/** A random frame of a random motion of a thing. */
export function movingPicture({ things, size }: LabelledSource, stream: RandomStream): LabelledPicture {
  const scene = pick(stream, SCENES);
  const thing = pick(stream, things);
  const { picture, ground } = paintScene(scene, stream, size);
  const request = { sprite: thing.sprite, size, ground, mirrored: stream.uniform() < 0.25 };
  const poses = placeMotion(stream, pick(stream, MOTIONS), request, 16);
  drawSprite(picture, thing.sprite, pick(stream, poses));
  return { picture, thing: thing.name, scene: scene.name };
}

/** A frame of a shape; one of twenty pictures is plain white. */
export function shapePicture({ shapes, size }: LabelledSource, stream: RandomStream): LabelledPicture {
  if (stream.uniform() < 0.05) {
    return { picture: blankPicture(size, [255, 255, 255]), thing: NOTHING, scene: WHITE_GROUND };
  }
  const { picture, shape } = shapeSample(shapes, stream);
  return { picture, thing: shape.phrase, scene: WHITE_GROUND };
}

/** Probabilities of kinds of pictures; the rest are frames of moving clips. */
const SHARES = { shape: 0.25, still: 0.4 } as const;

/**
 * The pictures `first` to `first + count − 1` of the infinite sequence of a seed, augmented. Each depends only on the
 * seed and its number.
 */
export function classifierBatch(
  source: LabelledSource,
  classes: Classes,
  seed: number,
  first: number,
  count: number,
): ClassifierBatch {
  const { width, height } = source.size;
  const each = 3 * width * height;
  const pixels = new Float32Array(count * each);
  const things: number[] = [];
  const scenes: number[] = [];
  for (let index = 0; index < count; index++) {
    const stream = randomStream(seed, 'labelled', first + index);
    const kind = stream.uniform();
    const draw =
      kind < SHARES.shape ? shapePicture : kind < SHARES.shape + SHARES.still ? stillPicture : movingPicture;
    const { picture, thing, scene } = draw(source, stream);
    const into = pixels.subarray(index * each, (index + 1) * each);
    into.set(pictureToFloats(picture));
    augment(into, source.size, stream);
    things.push(classes.things.indexOf(thing));
    scenes.push(classes.scenes.indexOf(scene));
  }
  return { pictures: floats(pixels, [count, 3, height, width]), things, scenes };
}
