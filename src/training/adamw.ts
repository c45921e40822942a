/** @file The usual optimiser: AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101), and gradient norm clipping. */
import type { ParameterSet } from './parameter-set.ts';

/** Settings of AdamW. */
export interface AdamWSettings {
  /** Decay of the mean of gradients. */
  readonly beta1: number;
  /** Decay of the mean of squared gradients. */
  readonly beta2: number;
  /** Added to the root of the second moment. */
  readonly epsilon: number;
  /** Decoupled weight decay, multiplied by the learning rate at each step. */
  readonly weightDecay: number;
}

/** The reference's settings. */
export const adamWDefaults: AdamWSettings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-2 };

/** State of AdamW between steps. */
export interface AdamWState {
  readonly optimizer: 'adamw';
  /** Steps taken. */
  step: number;
  /** Running mean of the gradients. */
  readonly first: ParameterSet;
  /** Running mean of their squares. */
  readonly second: ParameterSet;
}

/** The state before the first step. */
export function adamWState(parameters: ParameterSet): AdamWState {
  return { optimizer: 'adamw', step: 0, first: parameters.zeros(), second: parameters.zeros() };
}

/**
 * One step, in place:
 * `p ← p·(1 − lr·decay) − lr / (1 − β₁ᵗ) · m / (√(v / (1 − β₂ᵗ)) + ε)`, computed in f64 and stored in f32.
 * The gradients are multiplied by `gradientScale` first.
 */
export function adamWStep(
  parameters: ParameterSet,
  gradients: ParameterSet,
  state: AdamWState,
  learningRate: number,
  settings: AdamWSettings = adamWDefaults,
  gradientScale = 1,
): void {
  state.step += 1;
  const coefficients = coefficientsAt(state.step, learningRate, settings, gradientScale);
  updateByMoments(parameters.flat, gradients.flat, state.first.flat, state.second.flat, coefficients);
}

/** What the update of step `step`, counted from 1, is computed with. */
export function coefficientsAt(
  step: number,
  learningRate: number,
  { beta1, beta2, epsilon, weightDecay }: AdamWSettings,
  gradientScale: number,
) {
  return {
    beta1,
    beta2,
    epsilon,
    gradientScale,
    /** Learning rate, with the bias of the first moment corrected. */
    rate: learningRate / (1 - beta1 ** step),
    /** Corrects the bias of the second moment's root. */
    correction: 1 / Math.sqrt(1 - beta2 ** step),
    /** What weight decay leaves of a parameter. */
    keep: 1 - learningRate * weightDecay,
  };
}

/** Updates the parameters `p` and their moments `m` and `v` by the gradients `g`; see `adamWStep`. */
export function updateByMoments(
  p: Float32Array,
  g: Float32Array,
  m: Float32Array,
  v: Float32Array,
  { beta1, beta2, epsilon, rate, correction, keep, gradientScale }: ReturnType<typeof coefficientsAt>,
): void {
  for (let i = 0; i < p.length; i++) {
    const gradient = g[i]! * gradientScale;
    const first = beta1 * m[i]! + (1 - beta1) * gradient;
    const second = beta2 * v[i]! + (1 - beta2) * gradient * gradient;
    m[i] = first;
    v[i] = second;
    p[i] = p[i]! * keep - (rate * first) / (Math.sqrt(second) * correction + epsilon);
  }
}

/** Global Euclidean norm of the gradients. Four interleaved sums avoid waiting for each addition. */
export function gradientNorm(gradients: ParameterSet): number {
  const values = gradients.flat;
  const even = values.length - (values.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < even; i += 4) {
    a += values[i]! * values[i]!;
    b += values[i + 1]! * values[i + 1]!;
    c += values[i + 2]! * values[i + 2]!;
    d += values[i + 3]! * values[i + 3]!;
  }
  for (let i = even; i < values.length; i++) a += values[i]! * values[i]!;
  return Math.sqrt(a + b + c + d);
}

/** Factor that reduces gradients of this norm to at most `limit`; 1 when they already are. */
export function clipScale(norm: number, limit: number): number {
  return Math.min(1, limit / (norm + 1e-6));
}
