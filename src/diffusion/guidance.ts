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
