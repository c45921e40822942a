import type { Tensor } from '../tensor.ts';
import { scale } from './mul.ts';
import { reduceSum } from './reduce-sum.ts';

/** Mean over the given axes (default: all), which are kept with size 1. */
export function reduceMean(x: Tensor, axes: readonly number[] = x.shape.map((_, axis) => axis)): Tensor {
  return scale(reduceSum(x, axes), 1 / axes.reduce((count, axis) => count * x.shape[axis]!, 1));
}
