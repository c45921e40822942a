/** @file Classifies the thing and the scene of pictures of the little world. */
import { z } from 'zod';
import { checkJson } from '../../src/checkpoints/json-file.ts';
import {
  openSafetensors,
  type SafetensorsFile,
  writeSafetensors,
} from '../../src/checkpoints/safetensors.ts';
import { openWeightFile } from '../../src/checkpoints/weight-file.ts';
import { CheckpointError } from '../../src/errors.ts';
import { type FloatTensor, floats } from '../../src/graph/host-tensor.ts';
import { softmax } from '../../src/graph/operators/index.ts';
import { input } from '../../src/graph/tensor.ts';
import { type Picture, pictureToFloats } from '../../src/media/picture.ts';
import { resizePicture } from '../../src/media/resize.ts';
import { inBatches, programByCount } from '../../src/models/program-by-count.ts';
import type { CompileOptions } from '../../src/runtime/program.ts';
import type { Classes } from '../pretraining/labelled-pictures.ts';
import { builtInClassifier } from './evaluation-asset.ts';
import { pictureClassifier, CLASSIFIER_SIDE as SIDE } from './picture-classifier.ts';

export { builtInClip } from './evaluation-asset.ts';

/** The most probable classes of a picture. */
export interface ThingClass {
  /** A thing's name ("penguin"), a rendered shape's phrase ("a penguin"), or "nothing". */
  readonly thing: string;
  /** 0 to 1. */
  readonly thingProbability: number;
  /** A scene's name ("beach", "plain red"), or "white ground" for the shapes'. */
  readonly scene: string;
  /** 0 to 1. */
  readonly sceneProbability: number;
}

/** A classifier ready for use. */
export interface Classifier {
  readonly classes: Classes;
  /** Pictures of any size; they are stretched to 128×128. */
  classify(pictures: readonly Picture[]): Promise<ThingClass[]>;
  /** Frees the compiled network. */
  dispose(): Promise<void>;
}

const [format, version] = ['lamp-classifier', '1'];
const namesSchema = z.array(z.string()).min(1);

/**
 * Opens a classifier's file; default the included one. Throws `CheckpointError` when it is missing or does not
 * fit.
 */
export async function openClassifier(
  path: string = builtInClassifier(),
  options?: CompileOptions,
): Promise<Classifier> {
  const classes = classesOf(await openSafetensors(path));
  const weights = await openWeightFile(path);
  const counts = { things: classes.things.length, scenes: classes.scenes.length };
  const network = programByCount(
    weights,
    (w, count) => {
      const { thing, scene } = pictureClassifier(w, counts, input('pictures', [count, 3, SIDE, SIDE]));
      return { thing: softmax(thing), scene: softmax(scene) };
    },
    options,
  );
  return {
    classes,
    classify: (pictures) =>
      inBatches(pictures, async (some) => {
        const each = 3 * SIDE * SIDE;
        const pixels = new Float32Array(some.length * each);
        for (const [i, picture] of some.entries()) {
          const resized = await resizePicture(picture, { width: SIDE, height: SIDE }, 'stretch');
          pixels.set(pictureToFloats(resized), i * each);
        }
        const shape = [some.length, 3, SIDE, SIDE];
        const found = await network.run(some.length, { pictures: floats(pixels, shape) });
        return some.map((_, row) => {
          const [thing, thingProbability] = likeliest(found.thing, row, classes.things);
          const [scene, sceneProbability] = likeliest(found.scene, row, classes.scenes);
          return { thing, thingProbability, scene, sceneProbability };
        });
      }),
    dispose: () => network.dispose(),
  };
}

/** Writes the file that `openClassifier` opens, in half precision. Throws `StorageError`. */
export async function writeClassifier(
  path: string,
  weights: Iterable<readonly [name: string, value: FloatTensor]>,
  { things, scenes }: Classes,
): Promise<void> {
  const metadata = { format, version, things: JSON.stringify(things), scenes: JSON.stringify(scenes) };
  await writeSafetensors(path, weights, metadata, { dtype: 'float16' });
}

function classesOf({ path, metadata }: SafetensorsFile): Classes {
  if (metadata.format !== format || metadata.version !== version) {
    const found = metadata.format ? `format "${metadata.format}" ${metadata.version}` : 'no format';
    throw new CheckpointError(
      `"${path}" is no classifier that this version can read: it says ${found}, expected "${format}" ${version}. Give a file that lab/pretraining/train-evaluators.ts has written.`,
    );
  }
  const names = (key: 'things' | 'scenes') => {
    const subject = `the ${key} of the classifier "${path}"`;
    try {
      return checkJson(JSON.parse(metadata[key] ?? ''), namesSchema, subject);
    } catch (error) {
      if (error instanceof CheckpointError) throw error;
      throw new CheckpointError(`${subject} are no list of names. The file is damaged.`, { cause: error });
    }
  };
  return { things: names('things'), scenes: names('scenes') };
}

/** The name of the row's largest value, and that value. */
function likeliest(
  { data }: FloatTensor,
  row: number,
  names: readonly string[],
): [name: string, probability: number] {
  const values = data.subarray(row * names.length, (row + 1) * names.length);
  const probability = Math.max(...values);
  return [names[values.indexOf(probability)]!, probability];
}
