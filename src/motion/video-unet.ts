/** @file The video U-Net: the image U-Net's skeleton with LAMP's layers, or those of a variant. */
import { reshape, transpose } from '../graph/operators/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import type { UNetConfig } from '../models/configs.ts';
import { type UNetInputs, type UNetOptions, unet } from '../models/unet.ts';
import type { MotionVariant } from './variant.ts';
import { motionLayers } from './video-layers.ts';

/** How the video U-Net is built. */
export interface VideoUNetOptions extends Omit<UNetOptions, 'layers'> {
  /** LAMP unless told. */
  readonly variant?: MotionVariant | undefined;
}

/** Video latents `[b, c, f, h, w]`, timesteps as waves `[b, width]`, text states `[b, tokens, d]` → `[b, c', f, h, w]`. */
export function videoUNet(
  w: Weights,
  config: UNetConfig,
  { latents, ...others }: UNetInputs,
  { variant, ...options }: VideoUNetOptions = {},
): Tensor {
  const frames = latents.shape[2]!;
  const pictures = unet(
    w,
    config,
    { ...others, latents: toPictureBatch(latents) },
    { layers: motionLayers(frames, variant), ...options },
  );
  return toVideos(pictures, frames);
}

/** `[b, c, f, h, w]` → `[b·f, c, h, w]`. */
export function toPictureBatch(videos: Tensor): Tensor {
  const [b, c, f, h, w] = videos.shape as [number, number, number, number, number];
  return reshape(transpose(videos, [0, 2, 1, 3, 4]), [b * f, c, h, w]);
}

/** `[b·f, c, h, w]` → `[b, c, f, h, w]`. */
export function toVideos(pictures: Tensor, frames: number): Tensor {
  const [n, c, h, w] = pictures.shape as [number, number, number, number];
  return transpose(reshape(pictures, [n / frames, frames, c, h, w]), [0, 2, 1, 3, 4]);
}
