/** @file Curves of losses: put together from parts, smoothed, thinned out. */
import type { ApiMetrics } from '../../api/motion-api.ts';

/** What is known of a training's metrics. */
export interface LossCurve {
  readonly step: readonly number[];
  readonly loss: readonly number[];
  readonly learningRate: readonly number[];
  readonly heldOut: { readonly step: readonly number[]; readonly loss: readonly number[] };
  /** How many steps the server has told of. */
  readonly to: number;
}

/** Nothing is known. */
export const noCurve: LossCurve = {
  step: [],
  loss: [],
  learningRate: [],
  heldOut: { step: [], loss: [] },
  to: 0,
};

/** The curve with what the server has told since; from the beginning where the training has gone back. */
export function extended(curve: LossCurve, metrics: ApiMetrics): LossCurve {
  const before = metrics.from === 0 ? noCurve : curve;
  return {
    step: [...before.step, ...metrics.step],
    loss: [...before.loss, ...metrics.loss],
    learningRate: [...before.learningRate, ...metrics.learningRate],
    heldOut: {
      step: [...before.heldOut.step, ...(metrics.heldOut?.step ?? [])],
      loss: [...before.heldOut.loss, ...(metrics.heldOut?.loss ?? [])],
    },
    to: metrics.to,
  };
}

/**
 * The exponential average of values, without the bias to the first ones (as in Adam). `weight` is that of what came
 * before: 0 leaves the values as they are, below 1.
 */
export function smoothed(values: readonly number[], weight: number): number[] {
  let average = 0;
  let share = 1;
  return values.map((value) => {
    if (!Number.isFinite(value)) return Number.NaN;
    average = weight * average + (1 - weight) * value;
    share *= weight;
    return average / (1 - share);
  });
}

/** The index of the value in a sorted list that is nearest to `wanted`; −1 in an empty list. */
export function nearest(sorted: readonly number[], wanted: number): number {
  let best = -1;
  let distance = Number.POSITIVE_INFINITY;
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const value = sorted[middle]!;
    if (Math.abs(value - wanted) < distance) {
      best = middle;
      distance = Math.abs(value - wanted);
    }
    if (value < wanted) low = middle + 1;
    else high = middle;
  }
  return best;
}
