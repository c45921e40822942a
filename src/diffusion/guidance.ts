/** @file Classifier-free guidance. Ho & Salimans 2022, arXiv 2207.12598. */

import { checkLengths } from './sampler.ts';

/**
 * unconditional + scale · (conditional − unconditional), as a new array. Scale 1 is the conditional output; larger
 * values follow the prompt more closely. Throws `RangeError` when the lengths differ.
 */
export function guide(unconditional: Float32Array, conditional: Float32Array, scale: number): Float32Array {
  checkLengths(unconditional, conditional);
  return unconditional.map((without, i) => without + scale * (conditional[i]! - without));
}

/**
 * The steps of a sampling that are guided: an interval of noise levels (Kynkäänniemi et al. 2024, arXiv 2404.07724),
 * given by timesteps. In the others only the conditional output is computed.
 */
export interface GuidanceLimits {
  /** The noisiest timestep with guidance. */
  readonly start: number;
  /** The least noisy timestep with guidance. */
  readonly end: number;
}

/** Whether a step is within the interval of guidance. */
export function isGuided({ start, end }: GuidanceLimits, timestep: number): boolean {
  return timestep <= start && timestep >= end;
}
