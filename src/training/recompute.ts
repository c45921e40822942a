/** @file Whether a training step keeps its inner values or recomputes them. */
import { totalmem } from 'node:os';
import type { TrainingSettings } from './training-settings.ts';

/** Fraction of the machine's memory above which `auto` recomputes. */
const comfortable = 0.7;

/**
 * Resolves `auto`: recompute if a step that keeps its values is estimated to need more than 70 % of the machine's
 * memory. `estimate` returns that step's bytes and is only called when needed.
 */
export function chooseRecompute(
  choice: TrainingSettings['recompute'],
  estimate: () => number,
  memory = totalmem(),
): boolean {
  return choice === 'auto' ? estimate() > comfortable * memory : choice === 'on';
}
