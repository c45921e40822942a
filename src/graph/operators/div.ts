import type { Tensor } from '../tensor.ts';
import { binary } from './elementwise.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';

/** `a / b`, element by element, broadcasting. */
export const div: (a: Tensor, b: Tensor) => Tensor = binary(
  'div',
  'Div',
  ({ inputs: [, b], outputs: [y], dy }) => [() => div(dy, b!), () => neg(mul(dy, div(y!, b!)))],
);
