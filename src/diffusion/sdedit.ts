/**
 * @file Where sampling begins that draws a picture anew. Meng et al. 2021, "SDEdit", arXiv 2108.01073: noise the picture part
 * of the way, and denoise it with another prompt.
 */
import { UsageError } from '../errors.ts';
import { type FloatTensor, floats } from '../graph/host-tensor.ts';
import { addNoise, type NoiseSchedule } from './noise-schedule.ts';

/** How far a picture is drawn anew unless told. */
export const redrawStrength = 0.6;

/** A place in a sampler's steps, and the latents there. */
export interface RedrawStart {
  /** The first step to be taken, counted from 0; the number of steps when none is. */
  readonly step: number;
  readonly latents: FloatTensor;
}

/** Throws `UsageError` unless `strength` is from 0 to 1. */
export function assertStrength(strength: number): void {
  if (strength >= 0 && strength <= 1) return;
  throw new UsageError(
    `strength is ${strength}; give a number from 0 (the picture as it is) to 1 (all anew).`,
  );
}

/** How many of a sampler's `steps` are taken at this strength: that share of them, rounded down. */
export function redrawSteps(steps: number, strength: number): number {
  // 0.29 · 100 is 28.999999999999996.
  return Math.floor(steps * strength + 1e-9);
}

/**
 * Clean latents `[n, c, h, w]` noised for the last `strength` of the steps at these timesteps, rounded down to whole steps: 0
 * leaves the latents as they are, 1 takes all steps, which keeps next to nothing. Throws as `assertStrength` does.
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
