/** @file A small convolutional network that classifies the thing and the scene in pictures of the little world. */
import {
  add,
  concat,
  mul,
  reduceMean,
  reduceSum,
  reshape,
  silu,
  softmax,
  transpose,
} from '../../src/graph/operators/index.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import type { Weights } from '../../src/graph/weights.ts';
import { convolution, groupNorm, linear } from '../../src/models/layers.ts';

/** Side of its input pictures, in pixels. */
export const CLASSIFIER_SIDE = 128;

/** Channels at each resolution: 64, 32, 16, 8 and 4 pixels wide. */
const CHANNELS = [16, 32, 48, 96, 128] as const;
const GROUPS = 8;

/** Logits of both classifications. */
export interface ClassifierLogits {
  /** `[n, things]`. */
  readonly thing: Tensor;
  /** `[n, scenes]`. */
  readonly scene: Tensor;
}

/**
 * Pictures `[n, 3, 128, 128]` in −1…1 → logits. Each stage folds blocks of 2×2 pixels into channels, mixes them, and
 * adds the output of a 3×3 convolution; the last layer takes the mean and the (soft) maximum of every channel over the
 * picture.
 */
export function pictureClassifier(
  w: Weights,
  { things, scenes }: { readonly things: number; readonly scenes: number },
  pictures: Tensor,
): ClassifierLogits {
  let x = pictures;
  for (const [i, out] of CHANNELS.entries()) {
    const stage = w.scope('stages').scope(i);
    x = convolution(stage.scope('mix'), fold(x), { out, kernel: 1 });
    const found = groupNorm(stage.scope('norm'), convolution(stage.scope('conv'), x, { out }), {
      groups: GROUPS,
      epsilon: 1e-5,
    });
    x = add(x, silu(found));
  }
  const features = pooled(x);
  return {
    thing: linear(w.scope('thing'), features, things),
    scene: linear(w.scope('scene'), features, scenes),
  };
}

/** Blocks of 2×2 pixels as channels: `[n, c, h, w]` → `[n, 4·c, h / 2, w / 2]`. */
function fold(x: Tensor): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const blocks = transpose(reshape(x, [n, c, h / 2, 2, w / 2, 2]), [0, 1, 3, 5, 2, 4]);
  return reshape(blocks, [n, 4 * c, h / 2, w / 2]);
}

/** Mean of every channel, and the mean weighted by its softmax, which lies near the maximum: `[n, 2·c]`. */
function pooled(x: Tensor): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const pixels = reshape(x, [n, c, h * w]);
  const largest = reduceSum(mul(softmax(pixels), pixels), [2]);
  return reshape(concat([reduceMean(pixels, [2]), largest], 1), [n, 2 * c]);
}
