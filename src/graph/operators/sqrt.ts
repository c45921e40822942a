import { div } from './div.ts';
import { unary } from './elementwise.ts';
import { scale } from './mul.ts';

/** Square root; `x` must be positive. */
export const sqrt = unary('sqrt', 'Sqrt', ({ outputs: [y], dy }) => div(scale(dy, 0.5), y!), {
  positive: true,
});
