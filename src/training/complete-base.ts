/** @file Checks before training that a base model has all required weights. */

import { graphCost } from '../graph/cost.ts';
import { input, type Tensor } from '../graph/tensor.ts';
import { Weights } from '../graph/weights.ts';
import type { Size } from '../media/size.ts';
import { type BaseModel, withCheckpoint } from '../models/base-model.ts';
import { addedWidths, vaeFactor } from '../models/configs.ts';
import { timestepWidth } from '../models/time-embedding.ts';
import { unet } from '../models/unet.ts';
import { decode, encode } from '../models/vae.ts';

/**
 * Builds the graphs of the VAE and the image U-Net for images of this size without compiling them. Throws
 * `CheckpointError` naming the file and the tensor that is missing or has the wrong shape. (The text encoder is checked
 * by encoding the prompt.)
 */
export function assertComplete(base: BaseModel, { width, height }: Size): void {
  const vae = base.vae.config;
  withCheckpoint(base.vae.weights, () =>
    encode(new Weights(base.vae.weights.find), vae, input('picture', [1, vae.in_channels, height, width])),
  );
  drawingGraphs(base, { width, height }, 1);
}

/** Floating-point operations to generate one picture of a given size. */
export interface DrawingCost {
  /** Of one U-Net evaluation. */
  readonly step: number;
  /** Of decoding the picture. */
  readonly decode: number;
}

/** Estimates the cost from the shapes of the graphs. Throws as {@link assertComplete} does. */
export function drawingCost(base: BaseModel, size: Size): DrawingCost {
  const { prediction, picture } = drawingGraphs(base, size, base.tokenizer.maxLength);
  return { step: graphCost([prediction]).flops, decode: graphCost([picture]).flops };
}

function drawingGraphs(
  base: BaseModel,
  { width, height }: Size,
  tokens: number,
): { readonly prediction: Tensor; readonly picture: Tensor } {
  const { config, weights } = base.unet;
  const vae = base.vae.config;
  const factor = vaeFactor(vae);
  const latents = input('latents', [1, vae.latent_channels, height / factor, width / factor]);
  const picture = withCheckpoint(base.vae.weights, () =>
    decode(new Weights(base.vae.weights.find), vae, latents),
  );
  // A file may also use the video U-Net's names for the convolutions.
  const find = (name: string) =>
    weights.find(name) ?? weights.find(name.replace(/\.(weight|bias)$/, '.conv2d.$1'));
  const added = addedWidths(config);
  const prediction = withCheckpoint(weights, () =>
    unet(new Weights(find), config, {
      latents,
      sinusoids: input('sinusoids', [1, timestepWidth(config)]),
      context: input('context', [1, tokens, config.cross_attention_dim]),
      added: added && input('added', [1, added.all]),
    }),
  );
  return { prediction, picture };
}
