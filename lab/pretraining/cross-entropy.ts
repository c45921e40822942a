/** @file Cross-entropy. */
import { add, log, mul, reduceSum, reshape, scale, softmax } from '../../src/graph/operators/index.ts';
import { scalar, type Tensor } from '../../src/graph/tensor.ts';

/** Added to probabilities, so that those that underflow in 32 bits have finite logarithms and gradients. */
const SMALLEST = 1e-9;

/**
 * Mean over the rows of `−Σ target·log softmax(logits)`: logits and targets `[n, choices]` → one number. The targets
 * of a row are probabilities: 1 for the right choice, or shares of several.
 */
export function crossEntropy(logits: Tensor, targets: Tensor): Tensor {
  const [rows] = logits.shape as [number];
  const logarithms = log(add(softmax(logits), scalar(SMALLEST)));
  return reshape(scale(reduceSum(mul(targets, logarithms)), -1 / rows), []);
}
