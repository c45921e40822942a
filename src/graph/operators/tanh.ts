import { scalar } from '../tensor.ts';
import { unary } from './elementwise.ts';
import { mul } from './mul.ts';
import { sub } from './sub.ts';

/** Hyperbolic tangent. */
export const tanh = unary('tanh', 'Tanh', ({ outputs: [y], dy }) => mul(dy, sub(scalar(1), mul(y!, y!))));
