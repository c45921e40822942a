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
 * given by timesteps, until both outputs agree (Castillo et al. 2023, arXiv 2312.12487). In the others only the
 * conditional output is computed.
 */
export interface GuidanceLimits {
  /** The noisiest timestep with guidance. */
  readonly start: number;
  /** The least noisy timestep with guidance. */
  readonly end: number;
  /** The cosine similarity of both outputs at a step after which no step is guided; 1: never. */
  readonly similarity: number;
}

/** Whether a step is within the interval of guidance. */
export function isGuided({ start, end }: Pick<GuidanceLimits, 'start' | 'end'>, timestep: number): boolean {
  return timestep <= start && timestep >= end;
}

/**
 * The cosine of the angle between two outputs, of those elements for which `counts` holds (default all): 1 if they have
 * the same direction. Throws `RangeError` when the lengths differ.
 */
export function cosineSimilarity(
  a: Float32Array,
  b: Float32Array,
  counts: (index: number) => boolean = () => true,
): number {
  checkLengths(a, b);
  let [product, ofA, ofB] = [0, 0, 0];
  for (const [i, x] of a.entries()) {
    if (!counts(i)) continue;
    const y = b[i]!;
    product += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return product / Math.sqrt(ofA * ofB);
}
