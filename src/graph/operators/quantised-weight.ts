/** @file Weights as 8-bit integers, as products with them take them. */
import type { Shape } from '../host-tensor.ts';
import type { Tensor } from '../tensor.ts';

/** Smallest scale of integers: zeros have one, too. */
export const smallestScale = 1e-30;

/** A weight `[out, in, …taps]` as integers, so that `x·W = (x / divisors)·values · scales`. */
export interface QuantisedWeight {
  /** Integers −127…127, `[taps·in, out]`, channels innermost: the right-hand side of a matrix product. */
  readonly values: Tensor;
  /** What the integers of an output channel are multiples of, `[out]`. */
  readonly scales: Tensor;
  /** Divisors of the input channels, `[in]`; none for 1. */
  readonly divisors?: Tensor | undefined;
  readonly shape: Shape;
}
