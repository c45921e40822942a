/**
 * @file Layers that some checkpoints store as 1×1 convolutions and others as matrices: the same bytes, viewed in the
 * shape that the networks here expect.
 */
import { asMatrix, asPointwise, type TensorPlace, type TensorPlaces } from '../checkpoints/tensor-place.ts';
import type { UNetConfig } from './configs.ts';

/** The autoencoder's attention, under its newer and older names. */
const attention = /\.attentions\.\d+\.(to_[qkv]|to_out\.0|query|key|value|proj_attn)\.weight$/;

/** Input and output projections of the U-Net's spatial transformers. */
const projections = /\.attentions\.\d+\.proj_(in|out)\.weight$/;

/** A VAE's tensors, with its attention layers as matrices. */
export function attentionAsMatrices(places: TensorPlaces): TensorPlaces {
  return seen(places, attention, asMatrix);
}

/** A U-Net's tensors, with the projections of its transformers in the shape its configuration requires. */
export function projectionsAsConfigured(
  places: TensorPlaces,
  config: Pick<UNetConfig, 'use_linear_projection'>,
): TensorPlaces {
  return seen(places, projections, config.use_linear_projection ? asMatrix : asPointwise);
}

function seen(places: TensorPlaces, names: RegExp, as: (place: TensorPlace) => TensorPlace): TensorPlaces {
  return new Map([...places].map(([name, place]) => [name, names.test(name) ? as(place) : place]));
}
