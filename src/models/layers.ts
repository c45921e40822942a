/** @file Layers shared by all models: functions of a scope of weights and a tensor. */
import { ShapeError } from '../graph/operator.ts';
import {
  affine,
  attend,
  concat,
  conv2d,
  expand,
  groupNorm as normaliseGroups,
  layerNorm as normaliseLayer,
  type Padding,
  reshape,
  scale,
  transpose,
} from '../graph/operators/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import { nameOfA, nameOfB, rankOfFactors } from './weight-factors.ts';

/**
 * `x·Wᵀ + b` over the last axis, with `out` outputs; without b if `bias` is false. Where W is given by its low-rank
 * factors alone, they are applied one after the other.
 */
export function linear(w: Weights, x: Tensor, out: number, { bias = true } = {}): Tensor {
  const inner = x.shape.at(-1)!;
  const rank = rankOfFactors(w);
  const [input, weight] =
    rank === undefined
      ? [x, w.tensor('weight', [out, inner])]
      : [affine(x, w.tensor(nameOfA, [rank, inner])), w.tensor(nameOfB, [out, rank])];
  return affine(input, weight, bias ? w.tensor('bias', [out]) : undefined);
}

/** Options of a 2-D convolution. */
export interface ConvolutionOptions {
  /** Output channels. */
  readonly out: number;
  /** Side of the square kernel; default 3. */
  readonly kernel?: number;
  readonly stride?: number;
  /** Default: keeps the size (at stride 1). */
  readonly padding?: Padding;
}

/** 2-D convolution of images `[n, c, h, w]`. */
export function convolution(
  w: Weights,
  x: Tensor,
  { out, kernel = 3, ...options }: ConvolutionOptions,
): Tensor {
  return conv2d(x, w.tensor('weight', [out, x.shape[1]!, kernel, kernel]), w.tensor('bias', [out]), options);
}

/** Layer normalisation over the last axis. */
export function layerNorm(w: Weights, x: Tensor, epsilon = 1e-5): Tensor {
  const width = [x.shape.at(-1)!];
  return normaliseLayer(x, w.tensor('weight', width), w.tensor('bias', width), epsilon);
}

/** Group normalisation of images `[n, c, h, w]`, with statistics pooled over `frames` consecutive ones. */
export function groupNorm(
  w: Weights,
  x: Tensor,
  options: { groups: number; epsilon: number; frames?: number },
): Tensor {
  const channels = [x.shape[1]!];
  return normaliseGroups(x, w.tensor('weight', channels), w.tensor('bias', channels), options);
}

/** Terms added to attention scores. */
export interface AttentionScores {
  /** `[m, s]`, a constant. */
  readonly mask?: Tensor | undefined;
  /** `queries·keysᵀ` of additional channels: queries `[1, heads, m, e]`, keys `[1, 1, s, e]`. */
  readonly bias?: { readonly queries: Tensor; readonly keys: Tensor } | undefined;
}

/**
 * Multi-head attention: q `[b, m, c]`, k and v `[b, s, c]` → `[b, m, c]`, with c divided into heads of d channels and
 * scores scaled by 1/√d.
 */
export function attention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  heads: number,
  { mask, bias }: AttentionScores = {},
): Tensor {
  const [batch, , channels] = q.shape as [number, number, number];
  const width = headWidth(channels, heads);
  const split = (x: Tensor) => transpose(reshape(x, [batch, x.shape[1]!, heads, width]), [0, 2, 1, 3]);
  const wider = (x: Tensor, more: Tensor | undefined) =>
    more ? concat([x, expand(more, [batch, heads, x.shape[2]!, more.shape[3]!])], 3) : x;
  // The bias is scaled like the other channels.
  const queries = wider(split(q), bias && scale(bias.queries, Math.sqrt(width)));
  const mixed = attend(queries, wider(split(k), bias?.keys), split(v), 1 / Math.sqrt(width), mask);
  return reshape(transpose(mixed, [0, 2, 1, 3]), q.shape);
}

/** Channels per head. Throws `ShapeError` when they do not divide. */
export function headWidth(channels: number, heads: number): number {
  if (channels % heads !== 0) throw new ShapeError(`${channels} channels do not divide into ${heads} heads`);
  return channels / heads;
}

/** Images `[n, c, h, w]` as rows of pixels `[n, h·w, c]`. */
export function toTokens(x: Tensor): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  return transpose(reshape(x, [n, c, h * w]), [0, 2, 1]);
}

/** Rows of pixels `[n, h·w, c]` as images of the given height and width. */
export function toPictures(tokens: Tensor, height: number, width: number): Tensor {
  const [n, , c] = tokens.shape as [number, number, number];
  return reshape(transpose(tokens, [0, 2, 1]), [n, c, height, width]);
}

/** `x / factor`; x itself for factor 1. */
export function unscaled(x: Tensor, factor: number): Tensor {
  return factor === 1 ? x : scale(x, 1 / factor);
}
