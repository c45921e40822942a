import { unary } from './elementwise.ts';
import { mul } from './mul.ts';

/** `eˣ`. */
export const exp = unary('exp', 'Exp', ({ outputs: [y], dy }) => mul(dy, y!));
