/** @file The video U-Net: the image U-Net's skeleton with the layers of LAMP or a variant. */
import type { Shape } from '../graph/host-tensor.ts';
import { reshape, transpose } from '../graph/operators/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import type { UNetConfig } from '../models/configs.ts';
import { type UNetInputs, type UNetOptions, unetWithDeep } from '../models/unet.ts';
import { comparison } from './compared/comparison.ts';
import { type ExtraInputs, extension } from './extended/extension.ts';
import type { MotionVariant } from './variant.ts';
import { lampLayers } from './video-layers.ts';

/**
 * Inputs of the video U-Net: those of the image U-Net, but with latents `[b, in_channels, f, h, w]` and deep features
 * `[b, f, c, h, w]`.
 */
export interface VideoUNetInputs extends UNetInputs {
  /** What the variant's extensions need besides (see `extraInputs`); nothing for LAMP. */
  readonly extra?: ExtraInputs;
}

/** Options for building the video U-Net. */
export interface VideoUNetOptions extends Omit<UNetOptions, 'layers'> {
  readonly variant: MotionVariant;
}

/** Output of the video U-Net. */
export interface VideoPrediction {
  /** The noise (or velocity) `[b, out_channels, f, h, w]`. */
  readonly prediction: Tensor;
  /** Further outputs of the variant's extensions, `[b, channels, f, h, w]` each (see `Extension`); none for LAMP. */
  readonly extra: Readonly<Record<string, Tensor>>;
  /** Its deep features `[b, f, c, h, w]` (see `UNetResult`). */
  readonly deep: Tensor;
}

/**
 * The video U-Net of a variant on video latents `[b, c, f, h, w]`, sinusoidal timestep embeddings `[b, width]` and text
 * states `[b, tokens, d]`.
 */
export function videoUNet(
  w: Weights,
  config: UNetConfig,
  { latents, extra, deep, ...others }: VideoUNetInputs,
  { variant, ...options }: VideoUNetOptions,
): VideoPrediction {
  const frames = latents.shape[2]!;
  const extended = extension(variant, frames, extra);
  const layers = { ...lampLayers(frames), ...extended.layers, ...comparison(variant, frames) };
  const pictures = unetWithDeep(
    w,
    config,
    { ...others, latents: toPictureBatch(latents), deep: deep && reshape(deep, joined(deep.shape)) },
    { layers, ...options },
  );
  const prediction = toVideos(pictures.prediction, frames);
  const outputs = Object.entries(extended.outputs());
  return {
    prediction,
    extra: Object.fromEntries(outputs.map(([name, output]) => [name, toVideos(output, frames)])),
    deep: reshape(pictures.deep, [latents.shape[0]!, frames, ...pictures.deep.shape.slice(1)]),
  };
}

/** The shape `[b·f, …]` of `[b, f, …]`. */
function joined([b, f, ...one]: Shape): Shape {
  return [b! * f!, ...one];
}

/** `[b, c, f, h, w]` → `[b·f, c, h, w]`. */
function toPictureBatch(videos: Tensor): Tensor {
  const [b, c, f, h, w] = videos.shape as [number, number, number, number, number];
  return reshape(transpose(videos, [0, 2, 1, 3, 4]), [b * f, c, h, w]);
}

/** `[b·f, c, h, w]` → `[b, c, f, h, w]`. */
export function toVideos(pictures: Tensor, frames: number): Tensor {
  const [n, c, h, w] = pictures.shape as [number, number, number, number];
  return transpose(reshape(pictures, [n / frames, frames, c, h, w]), [0, 2, 1, 3, 4]);
}
