/**
 * @file The U-Net of Stable Diffusion 1.x, 2.x and XL. One skeleton serves images and videos: a video model differs
 * only in the layers passed to it.
 */

import { ShapeError } from '../graph/operator.ts';
import {
  add,
  concat,
  expand,
  reshape,
  scale,
  silu,
  slice,
  upsampleNearest,
} from '../graph/operators/index.ts';
import { recomputed } from '../graph/region.ts';
import { scalar, type Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import { addedWidths, depthPerBlock, headsPerBlock, type UNetConfig } from './configs.ts';
import { convolution, groupNorm } from './layers.ts';
import { resnet } from './resnet.ts';
import { timeEmbedding } from './time-embedding.ts';
import { imageSelfAttention, type TransformerOptions, transformer } from './transformer.ts';

/** The layers in which image and video U-Nets differ. */
export interface UNetLayers extends Pick<TransformerOptions, 'selfAttention' | 'afterFeedForward'> {
  /** Frames per video. */
  readonly frames: number;
  /** Frames over which the skeleton's group norms take their statistics; by default all of a video. */
  readonly pooledFrames?: number;
  /** Replacement of each 2-D convolution of the skeleton; `[n, c, h, w]`, n = videos · frames. */
  readonly conv: typeof convolution;
  /**
   * The timestep embedding of every frame `[n, d]`; by default that of its video. `embed` converts sinusoids
   * `[videos, width]` to embeddings `[videos, d]`.
   */
  readonly embedTimesteps?: (
    embed: (sinusoids: Tensor) => Tensor,
    sinusoids: Tensor,
    config: UNetConfig,
  ) => Tensor;
  /** Applied to x after the first convolution, in its scope `conv_in`; by default the identity. */
  readonly afterFirstConvolution?: (w: Weights, x: Tensor) => Tensor;
  /** Applied to x before the last norm, in the scope `conv_out`; by default the identity. */
  readonly beforeLastNorm?: (w: Weights, x: Tensor) => Tensor;
  /**
   * Applied to the prediction `[n, out_channels, h, w]`, in the scope `conv_out`; by default the identity. `features`
   * is the input of the last convolution, `latents` that of the U-Net.
   */
  readonly atEnd?: (
    w: Weights,
    prediction: Tensor,
    given: { readonly features: Tensor; readonly latents: Tensor },
  ) => Tensor;
}

/** The layers of the image U-Net. */
const imageLayers: UNetLayers = { frames: 1, conv: convolution, selfAttention: imageSelfAttention };

/** Inputs of the U-Net. */
export interface UNetInputs {
  /** Noisy latents `[n, in_channels, h, w]`, n = videos · frames. */
  readonly latents: Tensor;
  /** Sinusoidal embedding of each video's timestep `[videos, width]` (see `timestepSinusoids`). */
  readonly sinusoids: Tensor;
  /** Text states `[videos, tokens, cross_attention_dim]`. */
  readonly context: Tensor;
  /** Additional conditions of Stable Diffusion XL `[videos, all]` (see `addedConditions`). */
  readonly added?: Tensor | undefined;
  /**
   * The deep features `[n, c, h, w]` of another run (see `UNetResult`), in place of the blocks that compute them, which
   * is a small part of the arithmetic (DeepCache, Ma et al. 2023, arXiv 2312.00858).
   */
  readonly deep?: Tensor | undefined;
}

/** What a U-Net computes. */
export interface UNetResult {
  /** The noise (or velocity) `[n, out_channels, h, w]`. */
  readonly prediction: Tensor;
  /**
   * Its deep features `[n, c, h, w]`, which all blocks but the last compute. The last one joins them with the output of
   * the first convolution.
   */
  readonly deep: Tensor;
}

/** Options for building the U-Net. */
export interface UNetOptions {
  readonly layers?: UNetLayers;
  /**
   * Gradient checkpointing: keep only the values between residual blocks and transformers for the backward pass.
   */
  readonly recompute?: boolean;
  /** Receives the output of every part under its name in the checkpoint, for comparing with other implementations. */
  readonly watch?: (name: string, value: Tensor) => void;
}

/** Predicts the noise (or velocity): `[n, out_channels, h, w]`. */
export function unet(w: Weights, config: UNetConfig, inputs: UNetInputs, options?: UNetOptions): Tensor {
  return unetWithDeep(w, config, inputs, options).prediction;
}

/** Predicts as `unet` does, and gives the deep features as well. */
export function unetWithDeep(
  w: Weights,
  config: UNetConfig,
  inputs: UNetInputs,
  options: UNetOptions = {},
): UNetResult {
  const { layers = imageLayers, watch = () => {} } = options;
  const { frames, pooledFrames = frames, conv } = layers;
  const { block_out_channels: widths, norm_num_groups: groups, norm_eps: epsilon } = config;
  const norm = { groups, epsilon, frames: pooledFrames };
  const [heads, depths] = [headsPerBlock(config), depthPerBlock(config)];
  const region = options.recompute ? recomputed : <T>(build: () => T): T => build();

  const videos = inputs.sinusoids.shape[0]!;
  const watched = (name: string, x: Tensor) => {
    watch(name, x);
    return x;
  };
  const embed = (sinusoids: Tensor) => conditionEmbedding(w, config, { ...inputs, sinusoids });
  const time = layers.embedTimesteps
    ? layers.embedTimesteps(embed, inputs.sinusoids, config)
    : forEachFrame(watched('time_embedding', embed(inputs.sinusoids)), videos, frames);

  // The concatenation with the skip connection belongs to the region: its inputs are kept anyway.
  const residual = (at: Weights, parts: readonly Tensor[], out: number, outputScale = 1) =>
    region(() => resnet(at, concat(parts, 1), { ...norm, out, time, conv, outputScale }));
  const attending = (at: Weights, x: Tensor, level: number) =>
    region(() =>
      transformer(at, x, {
        groups,
        heads: heads[level]!,
        depth: depths[level]!,
        context: inputs.context,
        linearProjection: config.use_linear_projection,
        watch: options.watch,
        ...layers,
      }),
    );
  const sample = config.center_input_sample ? add(scale(inputs.latents, 2), scalar(-1)) : inputs.latents;
  const shown = conv(w.scope('conv_in'), sample, { out: widths[0]! });
  const first = watched('conv_in', layers.afterFirstConvolution?.(w.scope('conv_in'), shown) ?? shown);
  const blocks = { residual, attending, conv, watch };
  const deep = inputs.deep ?? deepFeatures(w, config, first, blocks);

  const name = `up_blocks.${config.up_block_types.length - 1}`;
  const last = w.scope(name);
  let x = residual(last.scope(`resnets.${config.layers_per_block}`), [deep, first], widths[0]!);
  if (config.up_block_types.at(-1)!.startsWith('CrossAttn')) {
    x = attending(last.scope(`attentions.${config.layers_per_block}`), x, 0);
  }
  watch(name, x);
  x = layers.beforeLastNorm?.(w.scope('conv_out'), x) ?? x;
  x = watched('conv_norm_out', groupNorm(w.scope('conv_norm_out'), x, norm));
  const features = silu(x);
  const prediction = conv(w.scope('conv_out'), features, { out: config.out_channels });
  const { latents } = inputs;
  return {
    prediction: layers.atEnd?.(w.scope('conv_out'), prediction, { features, latents }) ?? prediction,
    deep,
  };
}

/** What the blocks of one U-Net have in common. */
interface Blocks extends Pick<UNetLayers, 'conv'>, Required<Pick<UNetOptions, 'watch'>> {
  residual(at: Weights, parts: readonly Tensor[], out: number, outputScale?: number): Tensor;
  attending(at: Weights, x: Tensor, level: number): Tensor;
}

/** All blocks but the last: down, middle and up, from the output of the first convolution to the deep features. */
function deepFeatures(
  w: Weights,
  config: UNetConfig,
  first: Tensor,
  { residual, attending, conv, watch }: Blocks,
): Tensor {
  const { block_out_channels: widths } = config;
  let x = first;
  const skips = [x];
  for (const [level, type] of config.down_block_types.entries()) {
    const name = `down_blocks.${level}`;
    const block = w.scope(name);
    for (let i = 0; i < config.layers_per_block; i++) {
      x = residual(block.scope(`resnets.${i}`), [x], widths[level]!);
      watch(`${name}.resnets.${i}`, x);
      if (type.startsWith('CrossAttn')) {
        x = attending(block.scope(`attentions.${i}`), x, level);
        watch(`${name}.attentions.${i}`, x);
      }
      skips.push(x);
    }
    if (level < widths.length - 1) {
      x = downsample(block.scope('downsamplers.0.conv'), x, config.downsample_padding, conv);
      skips.push(x);
    }
    watch(name, x);
  }

  const middle = w.scope('mid_block');
  const deepest = widths.at(-1)!;
  x = residual(middle.scope('resnets.0'), [x], deepest, config.mid_block_scale_factor);
  x = attending(middle.scope('attentions.0'), x, widths.length - 1);
  x = residual(middle.scope('resnets.1'), [x], deepest, config.mid_block_scale_factor);
  watch('mid_block', x);

  for (const [i, type] of config.up_block_types.entries()) {
    const level = widths.length - 1 - i;
    const name = `up_blocks.${i}`;
    const block = w.scope(name);
    for (let j = 0; j <= config.layers_per_block; j++) {
      if (level === 0 && j === config.layers_per_block) return x;
      x = residual(block.scope(`resnets.${j}`), [x, skips.pop()!], widths[level]!);
      if (type.startsWith('CrossAttn')) x = attending(block.scope(`attentions.${j}`), x, level);
    }
    const [, , height, width] = skips.at(-1)!.shape as [number, number, number, number];
    const wide = slice(slice(upsampleNearest(x, 2), 2, 0, height), 3, 0, width);
    x = conv(block.scope('upsamplers.0.conv'), wide, { out: widths[level]! });
    watch(name, x);
  }
  throw new ShapeError('the U-Net has no up block for its first level');
}

/** The timestep embedding, plus that of XL's additional conditions. */
function conditionEmbedding(w: Weights, config: UNetConfig, { sinusoids, added }: UNetInputs): Tensor {
  const time = timeEmbedding(w.scope('time_embedding'), sinusoids);
  const widths = addedWidths(config);
  if (!widths) return time;
  if (added?.shape[1] !== widths.all) {
    throw new ShapeError(
      `the U-Net takes ${widths.all} added values (addition_embed_type), found [${added?.shape ?? 'nothing'}]`,
    );
  }
  return add(time, timeEmbedding(w.scope('add_embedding'), added, time.shape[1]!));
}

function downsample(w: Weights, x: Tensor, padding: 0 | 1, conv: UNetLayers['conv']): Tensor {
  // Without padding, one row and one column of zeros are appended, so that even sizes divide.
  const around = padding === 0 ? ([0, 0, 1, 1] as const) : ([1, 1, 1, 1] as const);
  return conv(w, x, { stride: 2, padding: around, out: x.shape[1]! });
}

/** Repeats the row of each video `[videos, d]` for each of its frames: `[videos · frames, d]`. */
function forEachFrame(rows: Tensor, videos: number, frames: number): Tensor {
  const width = rows.shape[1]!;
  return reshape(expand(reshape(rows, [videos, 1, width]), [videos, frames, width]), [
    videos * frames,
    width,
  ]);
}
