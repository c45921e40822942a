/** @file The layers by which LAMP (arXiv 2310.10769) turns the image U-Net into a video U-Net. */
import { add, attend, mul, reshape, sigmoid, slice, transpose } from '../graph/operators/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import {
  type AttentionScores,
  type ConvolutionOptions,
  convolution,
  headWidth,
  layerNorm,
  linear,
} from '../models/layers.ts';
import { attendTo } from '../models/transformer.ts';
import { plusEachMotion } from './acting-motions.ts';
import { applyTemporalKernel } from './temporal-kernel.ts';

/**
 * The temporal-spatial motion-learning layer, which replaces each 2-D convolution of the image U-Net (LAMP, Fig. 3).
 * `overTime` is its 1-D convolution: the causal one, or another for comparison.
 */
export function motionConvolution(
  w: Weights,
  x: Tensor,
  frames: number,
  options: ConvolutionOptions,
  overTime: typeof causalConvolution,
): Tensor {
  const spatial = convolution(w.scope('conv2d'), x, options);
  return plusEachMotion(spatial, w, 'conv1d.bias', (motion) => {
    const gate = sigmoid(convolution(motion('conv_gate'), spatial, { out: 1 }));
    return mul(gate, overTime(motion('conv1d'), spatial, frames));
  });
}

/**
 * Causal 1-D convolution over time with kernel 3:
 * `y[t] = W₀·x[t−2] + W₁·x[t−1] + W₂·x[t] + bias` at every pixel, zeros before the first frame. x `[n, c, h, w]`,
 * weight `[c, c, 3]`.
 */
export function causalConvolution(w: Weights, x: Tensor, frames: number): Tensor {
  const [n, channels, height, width] = x.shape as [number, number, number, number];
  const y = applyTemporalKernel(w, reshape(x, [n, channels, height * width]), frames);
  return add(reshape(y, x.shape), reshape(w.tensor('bias', [channels]), [1, channels, 1, 1]));
}

/**
 * Self-attention whose keys and values come only from the first frame of each video. `bias` is added to its scores;
 * LAMP has none. x `[n, pixels, c]`.
 */
export function firstFrameAttention(
  w: Weights,
  x: Tensor,
  frames: number,
  heads: number,
  bias?: AttentionScores['bias'],
): Tensor {
  const [n, pixels, channels] = x.shape as [number, number, number];
  const videos = n / frames;
  const first = reshape(slice(reshape(x, [videos, frames, pixels, channels]), 1, 0, 1), [
    videos,
    pixels,
    channels,
  ]);
  // The pixels of all frames are the queries of one attention, so that the keys need not be repeated.
  const queries = reshape(x, [videos, frames * pixels, channels]);
  return reshape(attendTo(w, queries, first, heads, bias), x.shape);
}

/**
 * What follows the feed-forward layer: x `[n, pixels, c]` plus an attention of its norm. `overTime` is LAMP's temporal
 * attention, or another for comparison.
 */
export function plusTemporalAttention(
  w: Weights,
  x: Tensor,
  frames: number,
  heads: number,
  overTime: typeof temporalAttention,
): Tensor {
  return plusEachMotion(x, w, 'attn_temp.to_out.0.bias', (motion) =>
    overTime(motion('attn_temp'), layerNorm(motion('norm_temp'), x), frames, heads),
  );
}

/** Attention over the frames at each pixel, without positional encoding. x `[n, pixels, c]`. */
export function temporalAttention(w: Weights, x: Tensor, frames: number, heads: number): Tensor {
  const [n, pixels, channels] = x.shape as [number, number, number];
  const videos = n / frames;
  const width = headWidth(channels, heads);
  const split = (name: string) => {
    const projected = linear(w.scope(name), x, channels, { bias: false });
    return transpose(reshape(projected, [videos, frames, pixels, heads, width]), [0, 2, 3, 1, 4]);
  };
  const mixed = attend(split('to_q'), split('to_k'), split('to_v'), 1 / Math.sqrt(width));
  return linear(w.scope('to_out.0'), reshape(transpose(mixed, [0, 3, 1, 2, 4]), x.shape), channels);
}
