/** @file Sampling that ends before all noise is gone. */
import type { NoiseSchedule } from '../../diffusion/noise-schedule.ts';
import { predictClean, type Sampler } from '../../diffusion/sampler.ts';

/**
 * A sampler that leaves out the steps below a timestep: the last one before them gives the clean latent that the network then
 * sees. At least one step is taken; with a `timestep` of 0 it is the sampler itself.
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
