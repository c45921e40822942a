/** @file Sampling that skips the last, least noisy steps. */
import type { NoiseSchedule } from '../../diffusion/noise-schedule.ts';
import { predictClean, type Sampler } from '../../diffusion/sampler.ts';

/**
 * A sampler that skips the steps below a timestep: its last step returns the clean latent predicted there. At least one
 * step is taken; with a `timestep` of 0 the sampler is returned unchanged.
 */
export function finishingAt(sampler: Sampler, schedule: NoiseSchedule, timestep: number): Sampler {
  const { timesteps } = sampler;
  const count = Math.max(1, timesteps.filter((each) => each >= timestep).length);
  if (count === timesteps.length) return sampler;
  return {
    timesteps: timesteps.slice(0, count),
    step: (output, index, sample, noise) =>
      index === count - 1
        ? predictClean(schedule, output, sample, timesteps[index]!)
        : sampler.step(output, index, sample, noise),
  };
}
