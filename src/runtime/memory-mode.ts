/** @file How much memory a network's run may take for speed. */

/** The choices, from the fastest to the one that needs the least memory. */
export const memoryModes = ['fast', 'balanced', 'low'] as const;

/**
 * `fast`: one program that keeps all values for the backward pass. `balanced`: one program that keeps those between
 * residual blocks and transformers and recomputes the others. `low`: a chain of programs, one per block, which reads
 * the weights from their files as it goes. For sampling, `fast` and `balanced` are the same.
 */
export type MemoryMode = (typeof memoryModes)[number];

/** The choices of a setting: a mode, or `auto` for the fastest one that fits. */
export const memoryChoices = ['auto', ...memoryModes] as const;

/** See {@link memoryChoices}. */
export type MemoryChoice = (typeof memoryChoices)[number];
