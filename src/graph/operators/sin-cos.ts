import type { Tensor } from '../tensor.ts';
import { unary } from './elementwise.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';

/** Sine of radians. */
export const sin: (x: Tensor) => Tensor = unary('sin', 'Sin', ({ inputs: [x], dy }) => mul(dy, cos(x!)));

/** Cosine of radians. */
export const cos: (x: Tensor) => Tensor = unary('cos', 'Cos', ({ inputs: [x], dy }) => neg(mul(dy, sin(x!))));
