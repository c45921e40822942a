/** @file DDIM sampling and its inversion. Song et al. 2020, "Denoising Diffusion Implicit Models", arXiv 2010.02502. */

import { z } from 'zod';
import { assertSetting } from '../check-options.ts';
import { alphaCumprodAt, type NoiseSchedule } from './noise-schedule.ts';
import {
  alphaAtOrFinal,
  checkLengths,
  clamper,
  leadingTimesteps,
  readingAt,
  type Sampler,
  type SamplerOptions,
  timestepOf,
} from './sampler.ts';

/** Values of `eta`. */
export const etaSchema = z.number().min(0).max(1);

/** Settings of the DDIM sampler. `eta`, from 0 (no noise, default) to 1, scales the noise added at each step. */
export interface DdimOptions extends SamplerOptions {
  readonly eta?: number;
}

/**
 * DDIM (eq. 12 of the paper): x_{t'} = √ᾱ'·x₀ + √(1−ᾱ'−σ²)·ε + σ·noise, σ² = η²·(1−ᾱ')/(1−ᾱ)·(1−ᾱ/ᾱ').
 * Clamping x₀ leaves the predicted ε unchanged. Throws `UsageError` for steps or η out of range.
 */
export function ddimSampler(schedule: NoiseSchedule, options: DdimOptions): Sampler {
  const { steps, eta = 0, clipSample = schedule.clipSample } = options;
  assertSetting('eta', etaSchema, eta);
  const timesteps = leadingTimesteps(schedule, steps);
  const ratio = Math.floor(schedule.alphasCumprod.length / steps);
  const clamp = clamper(clipSample);

  const step: Sampler['step'] = (modelOutput, index, sample, noise) => {
    checkLengths(modelOutput, sample, noise);
    const timestep = timestepOf(timesteps, index);
    const alpha = alphaCumprodAt(schedule, timestep);
    const nextAlpha = alphaAtOrFinal(schedule, timestep - ratio);
    const variance = ((1 - nextAlpha) / (1 - alpha)) * (1 - alpha / nextAlpha);
    const sigma = eta * Math.sqrt(variance);
    if (sigma > 0 && !noise) throw new RangeError(`DDIM with eta ${eta} needs noise at step ${index}`);
    const reading = readingAt(alpha, schedule.predictionType);
    const ofClean = Math.sqrt(nextAlpha);
    const ofNoise = Math.sqrt(1 - nextAlpha - sigma * sigma);
    const result = new Float32Array(sample.length);
    for (let i = 0; i < result.length; i++) {
      const [output, x] = [modelOutput[i]!, sample[i]!];
      const added = sigma > 0 ? sigma * noise![i]! : 0;
      result[i] = ofClean * clamp(reading.clean(output, x)) + ofNoise * reading.noise(output, x) + added;
    }
    return result;
  };
  return { timesteps, step };
}

/** Settings of DDIM inversion. */
export interface DdimInversionOptions {
  readonly steps: number;
  /**
   * `schedule` (default) interprets the output by the model's prediction type; `epsilon` always interprets it as noise,
   * as LAMP's reference implementation does even with v-prediction models.
   */
  readonly reading?: 'schedule' | 'epsilon';
}

/**
 * DDIM inversion: from a clean latent to noise, along the trajectory of DDIM sampling with the same number of steps.
 * The timesteps ascend (1, 21, …, 981 for 50 of 1000). At each, the network sees the latent of the previous noise level
 * and the step takes it to the level of the timestep: x₀ with the previous level's ᾱ, then x = √ᾱ·x₀ + √(1−ᾱ)·ε. Throws
 * `UsageError` for steps out of range.
 */
export function ddimInverter(schedule: NoiseSchedule, options: DdimInversionOptions): Sampler {
  const timesteps = leadingTimesteps(schedule, options.steps, 'inversionSteps').reverse();
  const ratio = Math.floor(schedule.alphasCumprod.length / options.steps);
  const prediction = options.reading === 'epsilon' ? 'epsilon' : schedule.predictionType;

  const step: Sampler['step'] = (modelOutput, index, sample) => {
    checkLengths(modelOutput, sample);
    const timestep = timestepOf(timesteps, index);
    const reading = readingAt(alphaAtOrFinal(schedule, timestep - ratio), prediction);
    const alpha = alphaCumprodAt(schedule, timestep);
    const [ofClean, ofNoise] = [Math.sqrt(alpha), Math.sqrt(1 - alpha)];
    const result = new Float32Array(sample.length);
    for (let i = 0; i < result.length; i++) {
      const [output, x] = [modelOutput[i]!, sample[i]!];
      result[i] = ofClean * reading.clean(output, x) + ofNoise * reading.noise(output, x);
    }
    return result;
  };
  return { timesteps, step };
}
