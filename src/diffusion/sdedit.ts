/**
 * @file Start of image-to-image sampling. Meng et al. 2021, "SDEdit", arXiv 2108.01073: add noise to the image up to an
 * intermediate timestep, and denoise it with another prompt.
 */
import { z } from 'zod';
import { assertSetting } from '../check-options.ts';
import { type FloatTensor, floats } from '../graph/host-tensor.ts';
import { addNoise, type NoiseSchedule } from './noise-schedule.ts';

/** A position in a sampler's steps, and the latents there. */
export interface RedrawStart {
  /** Index of the first step to take; the number of steps when none is taken. */
  readonly step: number;
  readonly latents: FloatTensor;
}

/** How far a picture is redrawn: 0 leaves it as it is, 1 redraws it entirely. */
export const strengthSchema = z.number().min(0).max(1);

/** Throws `UsageError` unless `strength` is from 0 to 1. */
export function assertStrength(strength: number): void {
  assertSetting('strength', strengthSchema, strength);
}

/** Number of a sampler's `steps` that are taken at this strength: that fraction of them, rounded down. */
export function redrawSteps(steps: number, strength: number): number {
  // 0.29 · 100 is 28.999999999999996.
  return Math.floor(steps * strength + 1e-9);
}

/**
 * Clean latents `[n, c, h, w]` with the noise level for the last `strength` of the steps at these timesteps, rounded
 * down to whole steps: 0 leaves the latents unchanged; 1 takes all steps, which keeps almost nothing. Throws as
 * `assertStrength` does.
 */
export function redrawStart(
  schedule: NoiseSchedule,
  timesteps: readonly number[],
  clean: FloatTensor,
  noise: Float32Array,
  strength: number,
): RedrawStart {
  assertStrength(strength);
  const step = timesteps.length - redrawSteps(timesteps.length, strength);
  const timestep = timesteps[step];
  if (timestep === undefined) return { step, latents: clean };
  const samples = Array<number>(clean.shape[0]!).fill(timestep);
  return { step, latents: addNoise(schedule, clean, floats(noise, clean.shape), samples) };
}
