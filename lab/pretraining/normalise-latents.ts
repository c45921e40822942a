/**
 * @file Gives an autoencoder's latents mean 0 and deviation 1 in every channel, by its outermost 1×1 convolutions
 * alone.
 */
import { type FloatTensor, floats } from '../../src/graph/host-tensor.ts';

/** Mean and standard deviation of each channel. */
export interface ChannelStatistics {
  readonly means: readonly number[];
  readonly deviations: readonly number[];
}

/** Statistics of every channel over all of these latents `[n, c, h, w]`. */
export function channelStatistics(latents: readonly FloatTensor[]): ChannelStatistics {
  const channels = latents[0]!.shape[1]!;
  const [sums, squares] = [new Float64Array(channels), new Float64Array(channels)];
  let count = 0;
  for (const { data, shape } of latents) {
    const plane = shape[2]! * shape[3]!;
    for (let at = 0; at < data.length; at++) {
      const channel = Math.floor(at / plane) % channels;
      sums[channel]! += data[at]!;
      squares[channel]! += data[at]! ** 2;
    }
    count += data.length / channels;
  }
  const means = [...sums].map((sum) => sum / count);
  return { means, deviations: means.map((mean, c) => Math.sqrt(squares[c]! / count - mean * mean)) };
}

/**
 * Weights (`vae:…`) of the same autoencoder whose latents are `(z − mean) / deviation`: the output of `quant_conv`
 * is shifted and scaled, and `post_quant_conv` undoes it, so that reconstructions do not change. All channels of a
 * U-Net's input then have the same scale, and the scaling factor is 1.
 */
export function normalisedLatents(
  weights: ReadonlyMap<string, FloatTensor>,
  { means, deviations }: ChannelStatistics,
): Map<string, FloatTensor> {
  const channels = means.length;
  const copy = (name: string): FloatTensor => {
    const { data, shape } = weights.get(`vae:${name}`)!;
    return floats(data.slice(), shape);
  };
  const [into, intoBias] = [copy('quant_conv.weight'), copy('quant_conv.bias')];
  const [outOf, outOfBias] = [copy('post_quant_conv.weight'), copy('post_quant_conv.bias')];
  const inputs = 2 * channels;
  for (const [c, mean] of means.entries()) {
    const deviation = deviations[c]!;
    for (let i = 0; i < inputs; i++) into.data[c * inputs + i]! /= deviation;
    intoBias.data[c] = (intoBias.data[c]! - mean) / deviation;
    // The second half holds logarithms of variances.
    intoBias.data[channels + c]! -= 2 * Math.log(deviation);
    for (let out = 0; out < channels; out++) {
      const at = out * channels + c;
      outOfBias.data[out]! += outOf.data[at]! * mean;
      outOf.data[at]! *= deviation;
    }
  }
  const changed = {
    'vae:quant_conv.weight': into,
    'vae:quant_conv.bias': intoBias,
    'vae:post_quant_conv.weight': outOf,
    'vae:post_quant_conv.bias': outOfBias,
  };
  return new Map([...weights, ...Object.entries(changed)]);
}
