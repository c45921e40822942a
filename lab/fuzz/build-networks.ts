/** @file Builds the networks of small models, to check that the settings and weights that were read are consistent. */
import type { WeightFile } from '../../src/checkpoints/weight-file.ts';
import { input } from '../../src/graph/tensor.ts';
import { Weights } from '../../src/graph/weights.ts';
import { withCheckpoint } from '../../src/models/component.ts';
import type { TextEncoderConfig, UNetConfig, VaeConfig } from '../../src/models/configs.ts';
import { textEncoder } from '../../src/models/text-encoder.ts';
import { timestepWidth } from '../../src/models/time-embedding.ts';
import { unet } from '../../src/models/unet.ts';
import { decode } from '../../src/models/vae.ts';

/** The U-Net on latents of 8 by 8. */
export const buildUNet = (w: Weights, config: UNetConfig) =>
  unet(w, config, {
    latents: input('latents', [1, config.in_channels, 8, 8]),
    sinusoids: input('sinusoids', [1, timestepWidth(config)]),
    context: input('context', [1, 3, config.cross_attention_dim]),
  });
/** The VAE's decoder on latents of 2 by 2. */
export const buildVae = (w: Weights, config: VaeConfig) =>
  decode(w, config, input('latents', [1, config.latent_channels, 2, 2]));
/** The text encoder on three tokens. */
export const buildText = (w: Weights, config: TextEncoderConfig) =>
  textEncoder(w, config, input('ids', [1, 3], 'int64'));

/** Builds a network; throws `CheckpointError` where its weights do not fit its settings. */
export function build<Config>(
  weights: WeightFile,
  make: (w: Weights, config: Config) => unknown,
  config: Config,
): void {
  withCheckpoint(weights, () => make(new Weights(weights.find), config));
}
