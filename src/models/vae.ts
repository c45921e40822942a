/** @file The variational autoencoder of latent diffusion (Rombach et al. 2022): images ↔ latents. */
import { add, silu, slice, upsampleNearest } from '../graph/operators/index.ts';
import { recomputed } from '../graph/region.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import { type VaeConfig, vaeFactor } from './configs.ts';
import { attention, convolution, groupNorm, linear, toPictures, toTokens } from './layers.ts';
import { resnet } from './resnet.ts';
import {
  divided,
  joined,
  lastConvolution,
  stripedConvolution,
  stripedDownsampling,
  stripedResnet,
  stripedUpsampling,
  stripeRows,
} from './stripes.ts';

/** The posterior of an image's latents: a normal distribution for each value. */
export interface Posterior {
  readonly mean: Tensor;
  /** Logarithm of the variance, before it is clamped to −30…20. */
  readonly logVariance: Tensor;
}

const epsilon = 1e-6;

/** Images `[n, 3, H, W]` in −1…1 → posterior of latents `[n, latent_channels, H / f, W / f]`, not yet scaled. */
export function encode(w: Weights, config: VaeConfig, pictures: Tensor): Posterior {
  const { block_out_channels: blocks, norm_num_groups: groups } = config;
  const encoder = w.scope('encoder');
  let x = convolution(encoder.scope('conv_in'), pictures, { out: blocks[0]! });
  for (const [i, out] of blocks.entries()) {
    const block = encoder.scope('down_blocks').scope(i);
    for (let j = 0; j < config.layers_per_block; j++) {
      x = resnet(block.scope('resnets').scope(j), x, { groups, epsilon, out });
    }
    if (i < blocks.length - 1) {
      // Zero padding only on the right and bottom, as in the original.
      x = convolution(block.scope('downsamplers.0.conv'), x, { stride: 2, padding: [0, 0, 1, 1], out });
    }
  }
  x = middle(encoder.scope('mid_block'), x, groups);
  return posterior(w, config, x);
}

function posterior(w: Weights, config: VaeConfig, x: Tensor): Posterior {
  const { norm_num_groups: groups, latent_channels: channels } = config;
  const encoder = w.scope('encoder');
  x = silu(groupNorm(encoder.scope('conv_norm_out'), x, { groups, epsilon }));
  x = convolution(encoder.scope('conv_out'), x, { out: 2 * channels });
  const moments = convolution(w.scope('quant_conv'), x, { out: 2 * channels, kernel: 1 });
  return { mean: slice(moments, 1, 0, channels), logVariance: slice(moments, 1, channels, 2 * channels) };
}

/** Latents `[n, latent_channels, h, w]`, divided by the scaling factor → images `[n, 3, h·f, w·f]`, about −1…1. */
export function decode(w: Weights, config: VaeConfig, latents: Tensor): Tensor {
  const { norm_num_groups: groups } = config;
  const blocks = config.block_out_channels.toReversed();
  const decoder = w.scope('decoder');
  let x = convolution(w.scope('post_quant_conv'), latents, {
    out: config.latent_channels,
    kernel: 1,
  });
  x = convolution(decoder.scope('conv_in'), x, { out: blocks[0]! });
  x = middle(decoder.scope('mid_block'), x, groups);
  for (const [i, out] of blocks.entries()) {
    const block = decoder.scope('up_blocks').scope(i);
    for (let j = 0; j <= config.layers_per_block; j++) {
      x = resnet(block.scope('resnets').scope(j), x, { groups, epsilon, out });
    }
    if (i < blocks.length - 1) {
      x = convolution(block.scope('upsamplers.0.conv'), upsampleNearest(x, 2), { out });
    }
  }
  x = silu(groupNorm(decoder.scope('conv_norm_out'), x, { groups, epsilon }));
  return convolution(decoder.scope('conv_out'), x, { out: config.out_channels });
}

/**
 * `encode` as a chain of parts (`graph/chain.ts`) that need less memory: above the smallest size, pictures are divided
 * into stripes (`stripes.ts`), `count` of them unless there are fewer rows of latents.
 */
export function encodeInStripes(
  w: Weights,
  config: VaeConfig,
  pictures: Tensor,
  count = stripeCount(config, ...sidesOf(pictures)),
): Posterior {
  const { block_out_channels: blocks, norm_num_groups: groups } = config;
  const encoder = w.scope('encoder');
  const rows = stripeRows(pictures.shape[2]!, count, vaeFactor(config));
  const out = blocks[0]!;
  let x = stripedConvolution(encoder.scope('conv_in'), divided(pictures, rows, groups), { groups, out });
  for (const [i, out] of blocks.entries()) {
    const block = encoder.scope('down_blocks').scope(i);
    for (let j = 0; j < config.layers_per_block; j++) {
      x = stripedResnet(block.scope('resnets').scope(j), x, { groups, epsilon, out });
    }
    if (i < blocks.length - 1) x = stripedDownsampling(block.scope('downsamplers.0.conv'), x, groups);
  }
  const deepest = middle(encoder.scope('mid_block'), joined(x), groups, recomputed);
  return recomputed(() => posterior(w, config, deepest));
}

/** `decode` as a chain of parts; see `encodeInStripes`. */
export function decodeInStripes(
  w: Weights,
  config: VaeConfig,
  latents: Tensor,
  count = stripeCount(config, ...sidesOf(latents, vaeFactor(config))),
): Tensor {
  const { norm_num_groups: groups, latent_channels: channels } = config;
  const blocks = config.block_out_channels.toReversed();
  const decoder = w.scope('decoder');
  const rows = stripeRows(latents.shape[2]!, count);
  const first = recomputed(() => {
    const plain = convolution(w.scope('post_quant_conv'), latents, { out: channels, kernel: 1 });
    return convolution(decoder.scope('conv_in'), plain, { out: blocks[0]! });
  });
  let x = divided(middle(decoder.scope('mid_block'), first, groups, recomputed), rows, groups);
  for (const [i, out] of blocks.entries()) {
    const block = decoder.scope('up_blocks').scope(i);
    for (let j = 0; j <= config.layers_per_block; j++) {
      x = stripedResnet(block.scope('resnets').scope(j), x, { groups, epsilon, out });
    }
    if (i < blocks.length - 1) x = stripedUpsampling(block.scope('upsamplers.0.conv'), x, groups);
  }
  const last = { groups, epsilon, out: config.out_channels };
  return lastConvolution(decoder.scope('conv_out'), decoder.scope('conv_norm_out'), x, last);
}

/** Bytes of a stripe's largest value: few beside the picture's, many beside the weights that each part reads. */
const STRIPE_BYTES = 2 ** 25;
/** More stripes would only cost time: the values that are kept between parts have by far the most bytes. */
const MOST_STRIPES = 32;

/** Number of stripes for pictures of a size in pixels. The decoder's first values at full size have the most bytes. */
function stripeCount({ block_out_channels: blocks }: VaeConfig, height: number, width: number): number {
  const channels = blocks[1] ?? blocks[0]!;
  return Math.min(MOST_STRIPES, Math.ceil((4 * channels * height * width) / STRIPE_BYTES));
}

/** Height and width of pictures in pixels. */
function sidesOf({ shape: [, , height, width] }: Tensor, factor = 1): [number, number] {
  return [factor * height!, factor * width!];
}

function middle(
  w: Weights,
  x: Tensor,
  groups: number,
  part: (build: () => Tensor) => Tensor = (build) => build(),
): Tensor {
  const options = { groups, epsilon, out: x.shape[1]! };
  const before = part(() => resnet(w.scope('resnets').scope(0), x, options));
  const mixed = part(() => pictureAttention(w.scope('attentions').scope(0), before, groups));
  return part(() => resnet(w.scope('resnets').scope(1), mixed, options));
}

/** Single-head self-attention over all pixels; older checkpoints have other names for its layers. */
function pictureAttention(w: Weights, x: Tensor, groups: number): Tensor {
  const names = w.has('query.weight')
    ? ['query', 'key', 'value', 'proj_attn']
    : ['to_q', 'to_k', 'to_v', 'to_out.0'];
  const tokens = toTokens(groupNorm(w.scope('group_norm'), x, { groups, epsilon }));
  const [q, k, v] = names.slice(0, 3).map((name) => linear(w.scope(name), tokens, x.shape[1]!));
  const mixed = linear(w.scope(names[3]!), attention(q!, k!, v!, 1), x.shape[1]!);
  return add(x, toPictures(mixed, x.shape[2]!, x.shape[3]!));
}
