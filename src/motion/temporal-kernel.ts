/** @file The kernel of a motion's 1-D convolutions. */
import { causalConv, matmul, reshape } from '../graph/operators/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import { nameOfA, nameOfB, rankOfFactors } from '../models/weight-factors.ts';

/**
 * `y[t] = W₀·x[t−2] + W₁·x[t−1] + W₂·x[t]` at every pixel of x `[n, c, pixels]`, zeros before the first frame, with the
 * `weight` `[c, c, 3]`. Where it is given by its low-rank factors alone, they are applied one after the other.
 */
export function applyTemporalKernel(w: Weights, x: Tensor, frames: number): Tensor {
  const channels = x.shape[1]!;
  const rank = rankOfFactors(w);
  if (rank === undefined) return causalConv(x, w.tensor('weight', [channels, channels, 3]), frames);
  const reduced = causalConv(x, w.tensor(nameOfA, [rank, channels, 3]), frames);
  return matmul(reshape(w.tensor(nameOfB, [channels, rank, 1]), [channels, rank]), reduced);
}
