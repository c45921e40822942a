/** @file How the U-Net is told the timestep. */
import { type FloatTensor, floats } from '../graph/host-tensor.ts';
import { silu } from '../graph/operators/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import type { UNetConfig } from './configs.ts';
import { linear } from './layers.ts';

/** Numbers that stand for one timestep: the width of the U-Net's first block. */
export function timestepWidth(config: UNetConfig): number {
  return config.block_out_channels[0]!;
}

/**
 * Timesteps (0…999) → `[b, width]`: cosines and sines of geometric frequencies (Vaswani et al. 2017). Computed here and
 * not in a graph: graphics cards need not be exact for angles of hundreds of turns.
 */
export function timestepWaves(config: UNetConfig, timesteps: readonly number[]): FloatTensor {
  const width = timestepWidth(config);
  const half = Math.floor(width / 2);
  const data = new Float32Array(timesteps.length * width);
  for (let i = 0; i < half; i++) {
    const exponent = Math.fround((-Math.log(10_000) * i) / (half - config.freq_shift));
    const frequency = Math.fround(Math.exp(exponent));
    for (const [row, timestep] of timesteps.entries()) {
      const angle = Math.fround(timestep * frequency);
      const waves = [Math.sin(angle), Math.cos(angle)];
      if (config.flip_sin_to_cos) waves.reverse();
      data[row * width + i] = waves[0]!;
      data[row * width + half + i] = waves[1]!;
    }
  }
  return floats(data, [timesteps.length, width]);
}

/** Waves `[b, width]` → embeddings `[b, 4·width]`: two linear layers. */
export function timeEmbedding(w: Weights, waves: Tensor): Tensor {
  const width = 4 * waves.shape[1]!;
  return linear(w.scope('linear_2'), silu(linear(w.scope('linear_1'), waves, width)), width);
}
