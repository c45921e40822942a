/** @file One update of a training from scratch, for measuring such trainings outside of a run. */
import { type AdamWState, adamWStep, clipScale, gradientNorm } from '../../src/training/adamw.ts';
import { updateAverage } from '../../src/training/moving-average.ts';
import type { ParameterSet } from '../../src/training/parameter-set.ts';
import { pretrainDefaults } from './pretraining-settings.ts';

/** What an update changes, in place. */
export interface UpdatedState {
  readonly parameters: ParameterSet;
  readonly average: ParameterSet;
  readonly state: AdamWState;
}

/** Clips the gradients, takes a step of AdamW, and moves the average, with the defaults of such trainings. */
export function updateParameters(
  { parameters, average, state }: UpdatedState,
  gradients: ParameterSet,
  learningRate: number,
): void {
  const scale = clipScale(gradientNorm(gradients), pretrainDefaults.clipNorm);
  adamWStep(parameters, gradients, state, learningRate, pretrainDefaults, scale);
  updateAverage(average, parameters, pretrainDefaults.averageDecay, state.step);
}
