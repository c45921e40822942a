/** @file One step of training CLIP from scratch by contrastive learning (Radford et al. 2021). */
import { type FloatTensor, floats, type IntTensor } from '../../src/graph/host-tensor.ts';
import { add, exp, matmul, mul, scale, transpose } from '../../src/graph/operators/index.ts';
import { input } from '../../src/graph/tensor.ts';
import { weightsTakenBy } from '../../src/graph/weights.ts';
import { endsOfTexts } from '../../src/models/ends-of-texts.ts';
import type { CompileOptions } from '../../src/runtime/program.ts';
import type { ParameterSet, ParameterShape } from '../../src/training/parameter-set.ts';
import type { ClipConfig } from '../evaluation/clip-config.ts';
import { pictureEmbeddings, textEmbeddings } from '../evaluation/clip-network.ts';
import { crossEntropy } from './cross-entropy.ts';
import { gradientStep } from './gradient-step.ts';
import { type TrainingStep, underPart } from './model-step.ts';

/** Pictures and captions; equal rows belong together. */
export interface ContrastiveBatch {
  /** Prepared pictures `[b, 3, image_size, image_size]`. */
  readonly pictures: FloatTensor;
  /** Token ids of the captions `[b, tokens]`. */
  readonly ids: IntTensor;
}

/** Names (`clip:…`) and shapes of all weights. */
export function clipShapes(config: ClipConfig): ParameterShape[] {
  const { image_size: side } = config.vision_config;
  const shapes = weightsTakenBy((w) => {
    pictureEmbeddings(w, config, input('pixels', [1, 3, side, side]));
    textEmbeddings(w, config, input('ids', [1, 1], 'int64'), input('ends', [1], 'int64'));
    w.tensor('logit_scale', []);
  });
  return underPart('clip', shapes);
}

/**
 * Compiles the step for `samples` pictures with captions of `tokens` tokens. The loss is the mean of two
 * cross-entropies: which of the batch's captions belongs to a picture, and which picture to a caption. Equal captions
 * match each other's pictures: the target probability is divided among them.
 */
export async function contrastiveStep(
  config: ClipConfig,
  parameters: ParameterSet,
  samples: number,
  tokens: number,
  options?: CompileOptions,
): Promise<TrainingStep<ContrastiveBatch>> {
  const { image_size: side } = config.vision_config;
  const step = await gradientStep(
    parameters,
    (part) => {
      const w = part('clip');
      const pictures = pictureEmbeddings(w, config, input('batch:pictures', [samples, 3, side, side]));
      const ids = input('batch:ids', [samples, tokens], 'int64');
      const texts = textEmbeddings(w, config, ids, input('batch:ends', [samples], 'int64'));
      const logits = mul(matmul(pictures, texts, { transposeB: true }), exp(w.tensor('logit_scale', [])));
      const targets = input('batch:targets', [samples, samples]);
      const ofCaptions = crossEntropy(logits, targets);
      const ofPictures = crossEntropy(transpose(logits, [1, 0]), targets);
      return scale(add(ofCaptions, ofPictures), 0.5);
    },
    options,
  );
  return {
    gradients: step.gradients,
    run: ({ pictures, ids }) =>
      step.run({
        'batch:pictures': pictures,
        'batch:ids': ids,
        'batch:ends': endsOfTexts(config.text_config, ids),
        'batch:targets': equalRows(ids),
      }),
    dispose: step.dispose,
  };
}

/** `[b, b]`: for each row of `ids`, equal shares for all rows that are equal to it. */
export function equalRows({ data, shape }: IntTensor): FloatTensor {
  const [rows, length] = shape as [number, number];
  const texts = Array.from({ length: rows }, (_, row) =>
    data.subarray(row * length, (row + 1) * length).join(),
  );
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const shares = texts.flatMap((a) => texts.map((b) => (a === b ? 1 / counts.get(a)! : 0)));
  return floats(Float32Array.from(shares), [rows, rows]);
}
