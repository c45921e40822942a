/** @file Weights as 8-bit integers, as products with them take them. */
import { floats, ints, type Shape } from '../host-tensor.ts';
import type { OnnxEmitter } from '../operator.ts';
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

/**
 * Emits the scale of each row of a matrix `[rows, k]`: its largest absolute value is 127 steps. `[rows, 1]`, or without
 * `keepAxis` `[rows]`.
 */
export function symmetricScales(emitter: OnnxEmitter, rows: string, keepAxis: boolean): string {
  const over = emitter.constant(ints([1]));
  const number = (value: number) => emitter.constant(floats(Float32Array.of(value), []));
  const options = keepAxis ? {} : { attributes: { keepdims: { int: 0 } } };
  const [highest] = emitter.node('ReduceMax', [rows, over], options);
  const [lowest] = emitter.node('Neg', [emitter.node('ReduceMin', [rows, over], options)[0]!]);
  const [largest] = emitter.node('Max', [highest!, lowest!, number(127 * smallestScale)]);
  return emitter.node('Div', [largest!, number(127)])[0]!;
}
