import { scalar } from '../tensor.ts';
import { unary } from './elementwise.ts';
import { mul } from './mul.ts';
import { sub } from './sub.ts';

/** `1 / (1 + e⁻ˣ)`. */
export const sigmoid = unary('sigmoid', 'Sigmoid', ({ outputs: [y], dy }) =>
  mul(dy, mul(y!, sub(scalar(1), y!))),
);
