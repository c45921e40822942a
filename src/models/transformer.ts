/** @file The spatial transformer of the U-Net: self-attention, cross-attention to the text, feed-forward. */

import { add, affine, gelu, mul, reshape, slice } from '../graph/operators/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import type { Size } from '../media/size.ts';
import {
  type AttentionScores,
  attention,
  convolution,
  groupNorm,
  layerNorm,
  linear,
  toPictures,
  toTokens,
} from './layers.ts';

/** Options of a transformer, and the layers that a video model may replace. */
export interface TransformerOptions {
  readonly groups: number;
  readonly heads: number;
  /** Number of blocks of attention and feed-forward. */
  readonly depth: number;
  /** Text states `[b, tokens, d]`, one row per video; the batch of images consists of b videos of equal length. */
  readonly context: Tensor;
  /** Whether the input and output projections are linear layers instead of 1×1 convolutions. */
  readonly linearProjection: boolean;
  /** Self-attention over the pixels `[n, h·w, c]` of images of a size → the same shape, before the residual sum. */
  readonly selfAttention: (w: Weights, x: Tensor, heads: number, size: Size) => Tensor;
  /** Layer after the feed-forward layer; none in the image model. */
  readonly afterFeedForward?: ((w: Weights, x: Tensor, heads: number) => Tensor) | undefined;
  /** Receives the outputs of the parts under their names in the checkpoint. */
  readonly watch?: ((name: string, value: Tensor) => void) | undefined;
}

/** Images `[n, c, h, w]` → the same shape. */
export function transformer(w: Weights, x: Tensor, options: TransformerOptions): Tensor {
  const [, channels, height, width] = x.shape as [number, number, number, number];
  const normal = groupNorm(w.scope('norm'), x, { groups: options.groups, epsilon: 1e-6 });
  let tokens = options.linearProjection
    ? linear(w.scope('proj_in'), toTokens(normal), channels)
    : toTokens(convolution(w.scope('proj_in'), normal, { out: channels, kernel: 1 }));
  const blocks = w.scope('transformer_blocks');
  for (let i = 0; i < options.depth; i++) {
    tokens = transformerBlock(blocks.scope(i), tokens, { height, width }, options);
  }
  const y = options.linearProjection
    ? toPictures(linear(w.scope('proj_out'), tokens, channels), height, width)
    : convolution(w.scope('proj_out'), toPictures(tokens, height, width), { out: channels, kernel: 1 });
  return add(y, x);
}

function transformerBlock(w: Weights, x: Tensor, size: Size, options: TransformerOptions): Tensor {
  const { heads, context, selfAttention, afterFeedForward } = options;
  const residual = (norm: string, part: string, layer: (w: Weights, x: Tensor) => Tensor) => {
    const y = layer(w.scope(part), layerNorm(w.scope(norm), x));
    options.watch?.(w.prefix + part, y);
    x = add(x, y);
  };
  residual('norm1', 'attn1', (at, y) => selfAttention(at, y, heads, size));
  residual('norm2', 'attn2', (at, y) => textAttention(at, y, context, heads));
  residual('norm3', 'ff', feedForward);
  return afterFeedForward ? afterFeedForward(w, x, heads) : x;
}

/** Self-attention of the image model, among the pixels of each image. */
export function imageSelfAttention(w: Weights, x: Tensor, heads: number): Tensor {
  return attendTo(w, x, x, heads);
}

/** Attention with queries projected from x, keys and values from `source`, and an output projection: `[b, m, c]`. */
export function attendTo(
  w: Weights,
  x: Tensor,
  source: Tensor,
  heads: number,
  bias?: AttentionScores['bias'],
): Tensor {
  const channels = x.shape[2]!;
  const project = (name: string, from: Tensor) => linear(w.scope(name), from, channels, { bias: false });
  const mixed = attention(project('to_q', x), project('to_k', source), project('to_v', source), heads, {
    bias,
  });
  return linear(w.scope('to_out.0'), mixed, channels);
}

/** All frames of a video attend to the same text: their pixels are the queries of one attention. */
function textAttention(w: Weights, x: Tensor, context: Tensor, heads: number): Tensor {
  const [n, pixels, channels] = x.shape as [number, number, number];
  const videos = context.shape[0]!;
  return reshape(attendTo(w, reshape(x, [videos, (n / videos) * pixels, channels]), context, heads), x.shape);
}

/**
 * Gated feed-forward layer (GEGLU, Shazeer 2020). Its first layer computes values and gates together; here each uses
 * its half of the weight, so that no activation has to be split.
 */
function feedForward(w: Weights, x: Tensor): Tensor {
  const channels = x.shape[2]!;
  const inner = 4 * channels;
  const both = w.scope('net.0.proj');
  const [weight, bias] = [both.tensor('weight', [2 * inner, channels]), both.tensor('bias', [2 * inner])];
  const half = (from: number) =>
    affine(x, slice(weight, 0, from, from + inner), slice(bias, 0, from, from + inner));
  return linear(w.scope('net.2'), mul(half(0), gelu(half(inner))), channels);
}
