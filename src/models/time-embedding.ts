/**
 * @file Embeddings of the U-Net's conditions: the timestep, and in Stable Diffusion XL also the image size and the
 * pooled text.
 */

import { type FloatTensor, floats } from '../graph/host-tensor.ts';
import { concat, silu } from '../graph/operators/index.ts';
import { filled, type Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import type { Size } from '../media/size.ts';
import { addedWidths, type UNetConfig } from './configs.ts';
import { linear } from './layers.ts';

/** Width of a sinusoidal timestep embedding: that of the U-Net's first block. */
export function timestepWidth(config: UNetConfig): number {
  return config.block_out_channels[0]!;
}

/**
 * Sinusoidal embeddings of timesteps (0…999), `[b, width]`: cosines and sines of geometrically spaced frequencies
 * (Vaswani et al. 2017). Computed here and not in a graph, since GPUs may be inexact for large angles.
 */
export function timestepSinusoids(config: UNetConfig, timesteps: readonly number[]): FloatTensor {
  return sinusoids(config, timestepWidth(config), timesteps);
}

/**
 * Sinusoidal embeddings of timestep 0, `[videos, width]`, as from `timestepSinusoids`: every cosine is 1, every sine 0.
 */
export function sinusoidsAtZero(config: UNetConfig, videos: number): Tensor {
  const width = timestepWidth(config);
  const half = Math.floor(width / 2);
  const [sines, cosines] = [filled([videos, half], 0), filled([videos, half], 1)];
  const pair = config.flip_sin_to_cos ? [cosines, sines] : [sines, cosines];
  return concat(width % 2 === 0 ? pair : [...pair, filled([videos, 1], 0)], 1);
}

function sinusoids(config: UNetConfig, width: number, numbers: readonly number[]): FloatTensor {
  const half = Math.floor(width / 2);
  const data = new Float32Array(numbers.length * width);
  for (let i = 0; i < half; i++) {
    const exponent = Math.fround((-Math.log(10_000) * i) / (half - config.freq_shift));
    const frequency = Math.fround(Math.exp(exponent));
    for (const [row, number] of numbers.entries()) {
      const angle = Math.fround(number * frequency);
      const pair = [Math.sin(angle), Math.cos(angle)];
      if (config.flip_sin_to_cos) pair.reverse();
      data[row * width + i] = pair[0]!;
      data[row * width + half + i] = pair[1]!;
    }
  }
  return floats(data, [numbers.length, width]);
}

/**
 * Additional conditions of Stable Diffusion XL, `[b, all]` (Podell et al. 2023, arXiv 2307.01952, Sec. 2.2): the pooled
 * texts `[b, d]`, then sinusoidal embeddings of original height and width, top and left of the crop, and target height
 * and width. Here the target is the whole image at its original size. Throws `RangeError` for a U-Net or texts of
 * another kind.
 */
export function addedConditions(
  config: UNetConfig,
  pooled: FloatTensor | undefined,
  { width, height }: Size,
): FloatTensor {
  const { all, each } = addedWidths(config) ?? { all: 0, each: 0 };
  const sizes = sinusoids(config, each, [height, width, 0, 0, height, width]).data;
  const [count, vector] = pooled?.shape ?? [];
  if (!pooled || count === undefined || vector !== all - sizes.length) {
    throw new RangeError(`pooled texts are [${pooled?.shape}]; this U-Net takes [b, ${all - sizes.length}]`);
  }
  const data = new Float32Array(count * all);
  for (let row = 0; row < count; row++) {
    data.set(pooled.data.subarray(row * vector, (row + 1) * vector), row * all);
    data.set(sizes, row * all + vector);
  }
  return floats(data, [count, all]);
}

/** Sinusoids (or other numbers) `[b, n]` → embeddings `[b, width]`, default width 4·n: two linear layers. */
export function timeEmbedding(w: Weights, sinusoids: Tensor, width = 4 * sinusoids.shape[1]!): Tensor {
  return linear(w.scope('linear_2'), silu(linear(w.scope('linear_1'), sinusoids, width)), width);
}
