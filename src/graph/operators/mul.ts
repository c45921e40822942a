import { scalar, type Tensor } from '../tensor.ts';
import { binary } from './elementwise.ts';

/** `a · b`, element by element, broadcasting. */
export const mul: (a: Tensor, b: Tensor) => Tensor = binary('mul', 'Mul', ({ inputs: [a, b], dy }) => [
  () => mul(dy, b!),
  () => mul(dy, a!),
]);

/** `x` times a number. */
export function scale(x: Tensor, factor: number): Tensor {
  return mul(x, scalar(factor));
}
