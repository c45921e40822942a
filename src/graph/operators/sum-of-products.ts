import { sizeOf } from '../host-tensor.ts';
import type { Tensor } from '../tensor.ts';
import { matmul } from './matmul.ts';
import { reduceSum } from './reduce-sum.ts';
import { reshape } from './reshape.ts';
import { transpose } from './transpose.ts';

/**
 * `Σ_n a[n]·b[n]ᵀ`: a `[n, rows, k]`, b `[n, columns, k]` → `[rows, columns]`; the gradient of a matrix shared by a
 * batch. Computed either as one product per n and a sum, or as one long product after transposing both inputs,
 * whichever moves less memory.
 */
export function sumOfProducts(a: Tensor, b: Tensor): Tensor {
  const [n, rows, inner] = a.shape as [number, number, number];
  const columns = b.shape[1]!;
  const partSums = n * rows * columns;
  const layouts = sizeOf(a.shape) + sizeOf(b.shape);
  if (partSums < layouts) {
    return reshape(reduceSum(matmul(a, b, { transposeB: true }), [0]), [rows, columns]);
  }
  const long = (x: Tensor) => reshape(transpose(x, [1, 0, 2]), [x.shape[1]!, n * inner]);
  return matmul(long(a), long(b), { transposeB: true });
}
