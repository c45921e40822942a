/** @file The rendered objects of the little world (openai/shap-e): each turns once before a white ground. */

import { z } from 'zod';
import { type RandomStream, randomStream } from '../../src/diffusion/random.ts';
import { readFrames } from '../../src/media/clip.ts';
import type { Picture } from '../../src/media/picture.ts';
import type { Size } from '../../src/media/size.ts';
import { readWorldList, worldAsset } from './asset.ts';
import { withAdjective } from './caption.ts';
import { pick } from './sample.ts';
import { WORLD_SIZE } from './scene.ts';

/** One rendered object. */
export interface Shape {
  /** With its article, such as "a traffic cone". */
  readonly phrase: string;
  /** The absolute path of its clip. */
  readonly path: string;
  /** One turn, 24 frames. */
  readonly frames: readonly Picture[];
}

/** The verb of the motion that the shapes teach: "a traffic cone rotates on a white ground". */
export const ROTATES = 'rotates';

const shapeSchema = z.object({ file: z.string(), phrase: z.string() });
const loaded = new Map<string, Promise<readonly Shape[]>>();

/**
 * All shapes at a size (default their own 128 by 128), in the order of `shapes.json`; read on the first call and
 * kept. Throws `MediaError` when a file of the package is missing or damaged.
 */
export function loadShapes(size: Size = WORLD_SIZE): Promise<readonly Shape[]> {
  const key = `${size.width}x${size.height}`;
  const reading = loaded.get(key) ?? readShapes(size);
  loaded.set(key, reading);
  reading.catch(() => loaded.delete(key));
  return reading;
}

async function readShapes(size: Size): Promise<readonly Shape[]> {
  const list = await readWorldList('shapes.json', z.array(shapeSchema));
  const shapes: Shape[] = [];
  for (const { file, phrase } of list) {
    const path = worldAsset(`shapes/${file}`);
    shapes.push({ phrase, path, frames: await readFrames(path, { size }) });
  }
  return shapes;
}

/**
 * Those of the shapes that the built-in model is trained on: all but those in `held-out.json`. (What judges videos is
 * trained on all.)
 */
export async function trainingShapes(shapes: readonly Shape[]): Promise<readonly Shape[]> {
  const heldOut = await readWorldList('held-out.json', z.array(z.string()));
  return shapes.filter(({ phrase }) => !heldOut.includes(phrase));
}

/** A picture of a shape and its caption. */
export interface ShapeSample {
  readonly picture: Picture;
  readonly caption: string;
  readonly shape: Shape;
}

/**
 * A random frame of a random shape. The caption always says that it is a rendering ("a 3d penguin", "a penguin on a
 * white ground"), because the world's painted things share some of the names. The picture is the shape's own frame:
 * do not change it.
 */
export function shapeSample(shapes: readonly Shape[], stream: RandomStream): ShapeSample {
  const shape = pick(stream, shapes);
  const picture = pick(stream, shape.frames);
  const kind = stream.uniform();
  const noun = kind < 0.6 ? withAdjective(shape.phrase, '3d') : shape.phrase;
  const caption = kind < 0.3 ? noun : `${noun} on a white ground`;
  return { picture, caption, shape };
}

/** How the shapes are divided for the motion "rotates". */
export interface ShapeSplit {
  /** Eight that teach it. */
  readonly inClips: readonly Shape[];
  /** The others that the built-in model has seen: they are animated and measured. */
  readonly measured: readonly Shape[];
  /** Those of `held-out.json`, none of whose pictures the built-in model has seen. */
  readonly strangers: readonly Shape[];
}

/** Divides the shapes, always in the same way. */
export async function shapeSplit(shapes: readonly Shape[]): Promise<ShapeSplit> {
  const known = await trainingShapes(shapes);
  const order = randomStream(0, 'shapes in clips').shuffle(known.length);
  return {
    inClips: order.slice(0, 8).map((index) => known[index]!),
    measured: order.slice(8).map((index) => known[index]!),
    strangers: shapes.filter((shape) => !known.includes(shape)),
  };
}
