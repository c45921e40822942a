/**
 * @file A moving average of the trained parameters, which is often better than the last ones (Polyak & Juditsky 1992).
 */
import type { ParameterSet } from './parameter-set.ts';

/**
 * Moves `average` towards `parameters`, in place: `a ← d·a + (1 − d)·p`. The decay d begins small, so that the
 * average soon forgets the untrained values: `d = min(decay, (1 + step) / (10 + step))`, `step` counted from 1.
 */
export function updateAverage(
  average: ParameterSet,
  parameters: ParameterSet,
  decay: number,
  step: number,
): void {
  const kept = Math.min(decay, (1 + step) / (10 + step));
  const [a, p] = [average.flat, parameters.flat];
  for (let i = 0; i < a.length; i++) a[i] = kept * a[i]! + (1 - kept) * p[i]!;
}
