/** @file Adds noise at a timestep to clean videos of a training batch; a given first frame stays clean. */

import { addNoise, type NoiseSchedule, velocity } from '../../diffusion/noise-schedule.ts';
import type { FloatTensor } from '../../graph/host-tensor.ts';
import { withFirstFrame } from '../../motion/frames.ts';
import type { MotionVariant } from '../../motion/variant.ts';

/**
 * Noisy latents `x_t = √ᾱ_t·x_0 + √(1−ᾱ_t)·ε`, with a clean frame 0 if the variant has a given first frame, and the
 * U-Net's target for them (noise, velocity or sample). All tensors are `[b, c, f, h, w]`.
 */
export function noisedVideos(
  schedule: NoiseSchedule,
  clean: FloatTensor,
  noise: FloatTensor,
  timesteps: readonly number[],
  { firstFrame }: Pick<MotionVariant, 'firstFrame'>,
): { noisy: FloatTensor; target: FloatTensor } {
  const noised = addNoise(schedule, clean, noise, timesteps);
  const noisy = firstFrame ? withFirstFrame(noised, clean) : noised;
  switch (schedule.predictionType) {
    case 'epsilon':
      return { noisy, target: noise };
    case 'v_prediction':
      return { noisy, target: velocity(schedule, clean, noise, timesteps) };
    case 'sample':
      return { noisy, target: clean };
  }
}
