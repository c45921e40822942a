/**
 * @file Ancestral sampling. Ho et al. 2020, "Denoising Diffusion Probabilistic Models", arXiv 2006.11239, eq. 6 and 7.
 */

import { alphaCumprodAt, type NoiseSchedule } from './noise-schedule.ts';
import {
  checkLengths,
  clamper,
  leadingTimesteps,
  readingAt,
  type Sampler,
  type SamplerOptions,
  timestepOf,
} from './sampler.ts';

/**
 * DDPM with the smaller of the paper's two variances. Each step samples the posterior of the less noisy latent, given
 * the predicted clean latent: mean √ᾱ'·β/(1−ᾱ)·x₀ + √(1−β)·(1−ᾱ')/(1−ᾱ)·x, variance (1−ᾱ')/(1−ᾱ)·β, where ᾱ' belongs to
 * the next level (1 after the last step, which adds no noise) and β = 1 − ᾱ/ᾱ'. Throws `UsageError` for steps out of
 * range.
 */
export function ddpmSampler(schedule: NoiseSchedule, options: SamplerOptions): Sampler {
  const { steps, clipSample = schedule.clipSample } = options;
  const timesteps = leadingTimesteps(schedule, steps);
  const clamp = clamper(clipSample);

  const step: Sampler['step'] = (modelOutput, index, sample, noise) => {
    checkLengths(modelOutput, sample, noise);
    const alpha = alphaCumprodAt(schedule, timestepOf(timesteps, index));
    const next = timesteps[index + 1];
    const nextAlpha = next === undefined ? 1 : alphaCumprodAt(schedule, next);
    const beta = 1 - alpha / nextAlpha;
    const ofClean = (Math.sqrt(nextAlpha) * beta) / (1 - alpha);
    const ofSample = (Math.sqrt(1 - beta) * (1 - nextAlpha)) / (1 - alpha);
    const sigma = Math.sqrt(((1 - nextAlpha) / (1 - alpha)) * beta);
    if (sigma > 0 && !noise) throw new RangeError(`DDPM needs noise at step ${index}`);
    const reading = readingAt(alpha, schedule.predictionType);
    const result = new Float32Array(sample.length);
    for (let i = 0; i < result.length; i++) {
      const x = sample[i]!;
      const added = sigma > 0 ? sigma * noise![i]! : 0;
      result[i] = ofClean * clamp(reading.clean(modelOutput[i]!, x)) + ofSample * x + added;
    }
    return result;
  };
  return { timesteps, step };
}
