import { scalar } from '../tensor.ts';
import { add } from './add.ts';
import { unary } from './elementwise.ts';
import { erf } from './erf.ts';
import { exp } from './exp.ts';
import { mul, scale } from './mul.ts';

/** `x · Φ(x)` with the exact normal CDF (GELU, Hendrycks & Gimpel 2016). Derivative: `Φ(x) + x·φ(x)`. */
export const gelu = unary(
  'gelu',
  'Gelu',
  ({ inputs: [x], dy }) => {
    const distribution = scale(add(erf(scale(x!, Math.SQRT1_2)), scalar(1)), 0.5);
    const density = scale(exp(scale(mul(x!, x!), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return mul(dy, add(distribution, mul(x!, density)));
  },
  { domain: 'com.microsoft' },
);
