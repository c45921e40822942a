/**
 * @file Names of the added layers where several motions act at once: the first motion's are as ever (`conv1d`, `conv_gate`,
 * `attn_temp`, `norm_temp`, `carried`, `copied`), the second's `conv1d_2` and so on, the third's `conv1d_3`. They are in memory only, never in a file.
 */
import type { Weights } from '../graph/weights.ts';

/** The name of a parameter of motion `index`, counted from 0. */
export function nameInCombination(name: string, index: number): string {
  return index === 0
    ? name
    : name.replace(
        /\.(conv1d|attn_temp|norm_temp|conv_gate|carried|copied)\./,
        (_, part) => `.${part}_${index + 1}.`,
      );
}

/** What follows the names of the added layers here, for each motion: `''`, then `'_2'` as long as `part_2` has a tensor `sign`. */
export function motionSuffixes(w: Weights, part: string, sign: string): string[] {
  const suffixes = [''];
  while (w.has(`${part}_${suffixes.length + 1}.${sign}`)) suffixes.push(`_${suffixes.length + 1}`);
  return suffixes;
}
