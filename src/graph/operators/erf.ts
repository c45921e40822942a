import { unary } from './elementwise.ts';
import { exp } from './exp.ts';
import { mul, scale } from './mul.ts';
import { neg } from './neg.ts';

/** The error function. */
export const erf = unary('erf', 'Erf', ({ inputs: [x], dy }) =>
  mul(dy, scale(exp(neg(mul(x!, x!))), 2 / Math.sqrt(Math.PI))),
);
