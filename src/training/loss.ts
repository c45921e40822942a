/** @file The training loss. */
import { mul, reduceMean, reshape, slice, sub } from '../graph/operators/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import type { UNetConfig } from '../models/configs.ts';
import type { ExtraInputs } from '../motion/extended/extension.ts';
import { type VideoUNetOptions, videoUNet } from '../motion/video-unet.ts';

/** Inputs of a training step. */
export interface LossInputs {
  /** Noisy latents `[b, c, f, h, w]`, with the clean first frame in place where the variant has one. */
  readonly noisy: Tensor;
  /** Target of the U-Net (noise or velocity), of the same shape; ignored for a given first frame. */
  readonly target: Tensor;
  /** Sinusoidal embedding of each video's timestep `[b, width]` (see `timestepSinusoids`). */
  readonly sinusoids: Tensor;
  /** Text states `[b, tokens, d]`. */
  readonly context: Tensor;
  /** See `VideoUNetInputs`. */
  readonly extra?: ExtraInputs;
  /** Weight of each video's loss `[b]`; ones in the paper. */
  readonly weight: Tensor;
}

/**
 * Mean squared error between the video U-Net's output and its target over the frames after the first (LAMP, eq. 4):
 * since the first frame is given, training concentrates on motion. In variants without a given first frame, over all
 * frames.
 */
export function motionLoss(
  w: Weights,
  config: UNetConfig,
  inputs: LossInputs,
  options: VideoUNetOptions,
): Tensor {
  const { noisy, target, weight, ...others } = inputs;
  const [videos, , frames] = noisy.shape as [number, number, number];
  const { prediction } = videoUNet(w, config, { latents: noisy, ...others }, options);
  const { firstFrame } = options.variant;
  const learned = (x: Tensor) => slice(x, 2, firstFrame ? 1 : 0, frames);
  const error = sub(learned(prediction), learned(target));
  const perVideo = reduceMean(mul(error, error), [1, 2, 3, 4]);
  return reshape(reduceMean(mul(perVideo, reshape(weight, [videos, 1, 1, 1, 1]))), []);
}
