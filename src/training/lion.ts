/** @file Lion (Chen et al. 2023, arXiv 2302.06675, Algorithm 2): the sign of a moving mean of gradients. */
import type { AdamWSettings } from './adamw.ts';
import type { ParameterSet } from './parameter-set.ts';

/** Settings of Lion. Its paper recommends β₁ = 0.9, β₂ = 0.99. */
export type LionSettings = Omit<AdamWSettings, 'epsilon'>;

/** State of Lion between steps. */
export interface LionState {
  readonly optimizer: 'lion';
  /** Steps taken. */
  step: number;
  /** Running mean of the gradients. */
  readonly first: ParameterSet;
}

/** The state before the first step. */
export function lionState(parameters: ParameterSet): LionState {
  return { optimizer: 'lion', step: 0, first: parameters.zeros() };
}

/**
 * One step, in place: `p ← p·(1 − lr·decay) − lr·sign(β₁·m + (1 − β₁)·g)`, then `m ← β₂·m + (1 − β₂)·g`, computed in
 * f64 and stored in f32. The gradients are multiplied by `gradientScale` first.
 */
export function lionStep(
  parameters: ParameterSet,
  gradients: ParameterSet,
  state: LionState,
  learningRate: number,
  { beta1, beta2, weightDecay }: LionSettings,
  gradientScale = 1,
): void {
  const [p, g, m] = [parameters.flat, gradients.flat, state.first.flat];
  state.step += 1;
  const keep = 1 - learningRate * weightDecay;
  for (let i = 0; i < p.length; i++) {
    const gradient = g[i]! * gradientScale;
    const mean = m[i]!;
    const direction = beta1 * mean + (1 - beta1) * gradient;
    m[i] = beta2 * mean + (1 - beta2) * gradient;
    // Signs are as good as random: branches on them, as in `Math.sign`, would take most of the time.
    p[i] = p[i]! * keep - learningRate * (Number(direction > 0) - Number(direction < 0));
  }
}
