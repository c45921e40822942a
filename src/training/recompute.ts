/** @file Whether a training step keeps its inner values or computes them again. */
import { totalmem } from 'node:os';
import type { TrainingSettings } from './settings.ts';

/** Share of the machine's memory that a step may fill before `auto` saves some. */
const comfortable = 0.7;

/**
 * Decides `auto`: recompute where a step that keeps its values is estimated to need more than 70 % of the machine's
 * memory. `estimate` gives that step's bytes and is only called when it matters.
 */
export function chooseRecompute(
  choice: TrainingSettings['recompute'],
  estimate: () => number,
  memory = totalmem(),
): boolean {
  return choice === 'auto' ? estimate() > comfortable * memory : choice === 'on';
}
