import { binary } from './elementwise.ts';
import { neg } from './neg.ts';

/** `a − b`, broadcasting. */
export const sub = binary('sub', 'Sub', ({ dy }) => [() => dy, () => neg(dy)]);
