/**
 * @file An autoencoder that is the identity by construction: its latents are the pixels. With it, a model of tiny
 * pictures passes through all parts of a latent diffusion model without a trained VAE.
 */
import type { FloatTensor } from '../../src/graph/host-tensor.ts';
import { type VaeConfig, vaeConfigSchema } from '../../src/models/configs.ts';
import { ParameterSet } from '../../src/training/parameter-set.ts';
import { vaeShapes } from './vae-step.ts';

/** Its settings: one level (a pixel is a latent), three channels, no scaling. */
export const exactVaeConfig: VaeConfig = vaeConfigSchema.parse({
  in_channels: 3,
  out_channels: 3,
  latent_channels: 3,
  block_out_channels: [8],
  layers_per_block: 1,
  norm_num_groups: 1,
  scaling_factor: 1,
  down_block_types: ['DownEncoderBlock2D'],
  up_block_types: ['UpDecoderBlock2D'],
});

/** Large values added before the last norm, so that its statistics hardly depend on the picture. */
const flood = 300;
/** SiLU is the identity for such large values. */
const lift = 24;

/**
 * Weights as `vae:…`. Residual blocks and attention add zero. What remains of each half is convolution, norm, SiLU,
 * convolution. The first convolution makes eight channels: the three colours, their negatives (so that the mean is
 * zero) and ±300 (so that the deviation is 150 for all colours). Scale and shift of the norm undo that and move the
 * colours to where SiLU is linear; the last convolution removes that offset. Exact to about 1e-5.
 */
export function exactVaeWeights(): ReadonlyMap<string, FloatTensor> {
  const parameters = new ParameterSet(vaeShapes(exactVaeConfig));
  const dataOf = (name: string) => parameters.views.get(`vae:${name}`)!.data;
  for (const [name, { data, shape }] of parameters.views) {
    if (shape.length === 1 && /norm.*\.weight$/.test(name)) data.fill(1);
  }
  const diagonal = (
    name: string,
    pairs: readonly (readonly [out: number, inner: number, value: number])[],
  ) => {
    const { data, shape } = parameters.views.get(`vae:${name}.weight`)!;
    const [, inner, side] = shape as [number, number, number];
    const middle = (side * side - 1) / 2;
    for (const [to, from, value] of pairs) data[(to * inner + from) * side * side + middle] = value;
  };
  const colours = [0, 1, 2];
  for (const half of ['encoder', 'decoder']) {
    diagonal(`${half}.conv_in`, [
      ...colours.map((c) => [c, c, 1] as const),
      ...colours.map((c) => [c + 3, c, -1] as const),
    ]);
    dataOf(`${half}.conv_in.bias`).set([flood, -flood], 6);
    dataOf(`${half}.conv_norm_out.weight`).fill(flood / 2);
    dataOf(`${half}.conv_norm_out.bias`).fill(lift);
    diagonal(
      `${half}.conv_out`,
      colours.map((c) => [c, c, 1] as const),
    );
    dataOf(`${half}.conv_out.bias`).set(colours.map(() => -lift));
  }
  // The posterior's deviation is nearly zero.
  dataOf('encoder.conv_out.bias').fill(-30, 3);
  const identity = (size: number) => Array.from({ length: size }, (_, c) => [c, c, 1] as const);
  diagonal('quant_conv', identity(6));
  diagonal('post_quant_conv', identity(3));
  return parameters.views;
}
