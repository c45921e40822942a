/** @file Defaults that depend on the optimiser. */
import { type TrainingInput, trainingDefaults } from './training-settings.ts';

/**
 * By how much Lion's learning rate is divided, and its weight decay multiplied, compared with AdamW's. Its paper (arXiv
 * 2302.06675, Sec. 5) recommends 3 to 10.
 */
export const lionFactor = 5;

/** Lion's decay of the mean of gradients, as its paper recommends. */
const lionBeta2 = 0.99;

const adamW = trainingDefaults;
const lion = {
  learningRate: adamW.learningRate / lionFactor,
  weightDecay: adamW.weightDecay * lionFactor,
  beta2: lionBeta2,
};

/**
 * The settings of training that a base recommends, adapted to the optimiser: recommendations for AdamW are converted to
 * Lion and vice versa, and what is not recommended becomes the optimiser's default where that differs from the usual
 * one.
 */
export function forOptimizer(
  recommended: Partial<TrainingInput>,
  asked: TrainingInput['optimizer'],
): Partial<TrainingInput> {
  const meant = recommended.optimizer ?? 'adamw';
  const chosen = asked ?? meant;
  if ((meant === 'lion') === (chosen === 'lion')) {
    return chosen === 'lion' ? { ...lion, ...recommended } : recommended;
  }
  const usual = meant === 'lion' ? lion : adamW;
  const { learningRate = usual.learningRate, weightDecay = usual.weightDecay } = recommended;
  return {
    ...recommended,
    ...(chosen === 'lion'
      ? { learningRate: learningRate / lionFactor, weightDecay: weightDecay * lionFactor, beta2: lion.beta2 }
      : {
          learningRate: learningRate * lionFactor,
          weightDecay: weightDecay / lionFactor,
          beta2: adamW.beta2,
        }),
  };
}
