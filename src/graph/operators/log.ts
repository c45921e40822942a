import { div } from './div.ts';
import { unary } from './elementwise.ts';

/** Natural logarithm; `x` must be positive. */
export const log = unary('log', 'Log', ({ inputs: [x], dy }) => div(dy, x!), { positive: true });
