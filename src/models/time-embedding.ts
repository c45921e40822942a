import { floats } from '../graph/host-tensor.ts';
import { concat, cos, mul, reshape, silu, sin } from '../graph/operators/index.ts';
import { constant, type Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import type { UNetConfig } from './configs.ts';
import { linear } from './layers.ts';

/**
 * Timesteps `[b]` (as floats, 0…999) → embeddings `[b, d]`: sines and cosines of geometric frequencies (Vaswani et al.
 * 2017), then two linear layers.
 */
export function timeEmbedding(w: Weights, config: UNetConfig, timesteps: Tensor): Tensor {
  const channels = config.block_out_channels[0]!;
  const half = Math.floor(channels / 2);
  const frequencies = Float32Array.from({ length: half }, (_, i) =>
    Math.exp(Math.fround((-Math.log(10_000) * i) / (half - config.freq_shift))),
  );
  const angles = mul(reshape(timesteps, [timesteps.shape[0]!, 1]), constant(floats(frequencies, [1, half])));
  const waves = config.flip_sin_to_cos ? [cos(angles), sin(angles)] : [sin(angles), cos(angles)];
  const hidden = silu(linear(w.scope('linear_1'), concat(waves, 1), 4 * channels));
  return linear(w.scope('linear_2'), hidden, 4 * channels);
}
