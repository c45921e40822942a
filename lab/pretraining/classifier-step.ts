/** @file One step of training the classifier of the little world's pictures. */
import { type FloatTensor, floats } from '../../src/graph/host-tensor.ts';
import { add } from '../../src/graph/operators/index.ts';
import { input } from '../../src/graph/tensor.ts';
import { weightsTakenBy } from '../../src/graph/weights.ts';
import type { CompileOptions } from '../../src/runtime/program.ts';
import type { ParameterSet, ParameterShape } from '../../src/training/parameter-set.ts';
import { CLASSIFIER_SIDE, pictureClassifier } from '../evaluation/picture-classifier.ts';
import { crossEntropy } from './cross-entropy.ts';
import { gradientStep } from './gradient-step.ts';
import { type TrainingStep, underPart } from './model-step.ts';

/** Pictures and their classes. */
export interface ClassifierBatch {
  /** `[b, 3, 128, 128]` in −1…1. */
  readonly pictures: FloatTensor;
  /** Index of each picture's thing. */
  readonly things: readonly number[];
  /** Index of each picture's scene. */
  readonly scenes: readonly number[];
}

/** Numbers of things and scenes. */
export interface ClassCounts {
  readonly things: number;
  readonly scenes: number;
}

/** Names (`classifier:…`) and shapes of all weights. */
export function classifierShapes(counts: ClassCounts): ParameterShape[] {
  const pictures = input('pictures', [1, 3, CLASSIFIER_SIDE, CLASSIFIER_SIDE]);
  return underPart(
    'classifier',
    weightsTakenBy((w) => pictureClassifier(w, counts, pictures)),
  );
}

/** Compiles the step for a batch size. The loss is the sum of both cross-entropies. */
export async function classifierStep(
  counts: ClassCounts,
  parameters: ParameterSet,
  samples: number,
  options?: CompileOptions,
): Promise<TrainingStep<ClassifierBatch>> {
  const step = await gradientStep(
    parameters,
    (part) => {
      const pictures = input('batch:pictures', [samples, 3, CLASSIFIER_SIDE, CLASSIFIER_SIDE]);
      const { thing, scene } = pictureClassifier(part('classifier'), counts, pictures);
      return add(
        crossEntropy(thing, input('batch:things', thing.shape)),
        crossEntropy(scene, input('batch:scenes', scene.shape)),
      );
    },
    options,
  );
  return {
    gradients: step.gradients,
    run: ({ pictures, things, scenes }) =>
      step.run({
        'batch:pictures': pictures,
        'batch:things': chosen(things, counts.things),
        'batch:scenes': chosen(scenes, counts.scenes),
      }),
    dispose: step.dispose,
  };
}

/** One-hot rows `[b, count]`. */
function chosen(numbers: readonly number[], count: number): FloatTensor {
  const rows = new Float32Array(numbers.length * count);
  for (const [row, number] of numbers.entries()) rows[row * count + number] = 1;
  return floats(rows, [numbers.length, count]);
}
