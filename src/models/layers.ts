/** @file Layers shared by all models: functions of a scope of weights and a tensor. */
import { ShapeError } from '../graph/operator.ts';
import {
  add,
  affine,
  conv2d,
  matmul,
  groupNorm as normaliseGroups,
  layerNorm as normaliseLayer,
  type Padding,
  reshape,
  scale,
  softmax,
  transpose,
} from '../graph/operators/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';

/** `x·Wᵀ + b` over the last axis; the bias is optional. `out`: the width that the model's settings ask for. */
export function linear(w: Weights, x: Tensor, out?: number): Tensor {
  return named(w, out, () => affine(x, w.tensor('weight'), w.optional('bias')));
}

/** 2-D convolution of pictures `[n, c, h, w]`; padded to keep the size unless told. `out`: channels the settings ask for. */
export function convolution(
  w: Weights,
  x: Tensor,
  { out, ...options }: { stride?: number; padding?: Padding; out?: number | undefined } = {},
): Tensor {
  return named(w, out, () => conv2d(x, w.tensor('weight'), w.optional('bias'), options));
}

/** Layer normalisation over the last axis. */
export function layerNorm(w: Weights, x: Tensor, epsilon = 1e-5): Tensor {
  return named(w, x.shape.at(-1), () => normaliseLayer(x, w.tensor('weight'), w.tensor('bias'), epsilon));
}

/** Group normalisation of pictures `[n, c, h, w]`, pooled over `frames` consecutive ones. */
export function groupNorm(
  w: Weights,
  x: Tensor,
  options: { groups: number; epsilon: number; frames?: number },
): Tensor {
  return named(w, x.shape[1], () => normaliseGroups(x, w.tensor('weight'), w.tensor('bias'), options));
}

/**
 * Multi-head attention `softmax(q·kᵀ/√d + mask)·v`: q `[b, m, c]`, k and v `[b, s, c]` → `[b, m, c]`, with c divided
 * into heads of d channels. `mask` broadcasts against `[b, heads, m, s]`.
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, heads: number, mask?: Tensor): Tensor {
  const [batch, , channels] = q.shape as [number, number, number];
  if (channels % heads !== 0) throw new ShapeError(`${channels} channels do not divide into ${heads} heads`);
  const width = channels / heads;
  const split = (x: Tensor) => transpose(reshape(x, [batch, x.shape[1]!, heads, width]), [0, 2, 1, 3]);
  const scores = matmul(split(q), split(k), { transposeB: true, alpha: 1 / Math.sqrt(width) });
  const mixed = matmul(softmax(mask ? add(scores, mask) : scores), split(v));
  return reshape(transpose(mixed, [0, 2, 1, 3]), q.shape);
}

/** Pictures `[n, c, h, w]` as rows of pixels `[n, h·w, c]`. */
export function toTokens(x: Tensor): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  return transpose(reshape(x, [n, c, h * w]), [0, 2, 1]);
}

/** Rows of pixels `[n, h·w, c]` as pictures of the given height and width. */
export function toPictures(tokens: Tensor, height: number, width: number): Tensor {
  const [n, , c] = tokens.shape as [number, number, number];
  return reshape(transpose(tokens, [0, 2, 1]), [n, c, height, width]);
}

/** `x / factor`, for the rare factors that are not 1. */
export function unscaled(x: Tensor, factor: number): Tensor {
  return factor === 1 ? x : scale(x, 1 / factor);
}

/** Runs a layer; names the weights in the error when they do not fit what flows in or what the settings ask for. */
function named(w: Weights, out: number | undefined, layer: () => Tensor): Tensor {
  try {
    const y = layer();
    const weight = w.tensor('weight').shape;
    if (out !== undefined && weight[0] !== out) {
      throw new ShapeError(`the settings ask for ${out} outputs, the weight is [${weight}]`);
    }
    return y;
  } catch (error) {
    if (error instanceof ShapeError && !error.message.startsWith('tensor')) {
      throw new ShapeError(`tensor "${w.prefix}weight" has a wrong shape: ${error.message}`);
    }
    throw error;
  }
}
