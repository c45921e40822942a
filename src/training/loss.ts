/** @file What LAMP minimises. */
import { mul, reduceMean, reshape, slice, sub } from '../graph/operators/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import type { UNetConfig } from '../models/configs.ts';
import type { UNetOptions } from '../models/unet.ts';
import { videoUNet } from '../motion/video-unet.ts';

/** What a training step is computed on. */
export interface LossInputs {
  /** Noisy latents with the clean first frame in place `[b, c, f, h, w]`. */
  readonly noisy: Tensor;
  /** What the U-Net should say (noise or velocity), of the same shape; frame 0 is not looked at. */
  readonly target: Tensor;
  /** Each video's timestep as waves `[b, width]` (see `timestepWaves`). */
  readonly waves: Tensor;
  /** Text states `[b, tokens, d]`. */
  readonly context: Tensor;
  /** Weight of each video's loss `[b]`; ones in the paper. */
  readonly weight: Tensor;
}

/**
 * Mean squared error between the video U-Net's output and its target over the frames after the first (LAMP, eq. 4): the
 * first frame is given, so that training spends itself on motion.
 */
export function motionLoss(
  w: Weights,
  config: UNetConfig,
  inputs: LossInputs,
  options?: UNetOptions,
): Tensor {
  const { noisy, target, waves, context, weight } = inputs;
  const [videos, , frames] = noisy.shape as [number, number, number];
  const prediction = videoUNet(w, config, { latents: noisy, waves, context }, options);
  const error = sub(slice(prediction, 2, 1, frames), slice(target, 2, 1, frames));
  const perVideo = reduceMean(mul(error, error), [1, 2, 3, 4]);
  return reshape(reduceMean(mul(perVideo, reshape(weight, [videos, 1, 1, 1, 1]))), []);
}
