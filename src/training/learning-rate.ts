/** @file Learning rate schedule. */
import type { TrainingSettings } from './training-settings.ts';

/**
 * Learning rate of a step, counted from 1: rises linearly during the warm-up, then stays constant or falls along half a
 * cosine (Loshchilov & Hutter 2017, arXiv 1608.03983) that would reach 0 one step after the last.
 */
export function learningRateAt(
  {
    learningRate,
    schedule,
    warmupSteps,
    steps,
  }: Pick<TrainingSettings, 'learningRate' | 'schedule' | 'warmupSteps' | 'steps'>,
  step: number,
): number {
  if (step <= warmupSteps) return (learningRate * step) / warmupSteps;
  if (schedule === 'constant') return learningRate;
  const done = (step - 1 - warmupSteps) / (steps - warmupSteps);
  return learningRate * 0.5 * (1 + Math.cos(Math.PI * done));
}
