import { binary } from './elementwise.ts';

/** `a + b`, broadcasting. */
export const add = binary('add', 'Add', ({ dy }) => [() => dy, () => dy]);
