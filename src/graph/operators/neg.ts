import type { Tensor } from '../tensor.ts';
import { unary } from './elementwise.ts';

/** `−x`. */
export const neg: (x: Tensor) => Tensor = unary('neg', 'Neg', ({ dy }) => neg(dy));
