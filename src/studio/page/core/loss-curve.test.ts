import { expect, test } from 'vitest';
import type { ApiMetrics } from '../../api/motion-api.ts';
import { extended, nearest, noCurve, smoothed } from './loss-curve.ts';

const metrics = (from: number, loss: readonly number[], more: Partial<ApiMetrics> = {}): ApiMetrics => ({
  from,
  to: from + loss.length,
  step: loss.map((_, i) => from + i + 1),
  loss: [...loss],
  learningRate: loss.map(() => 0.1),
  gradNorm: loss.map(() => 1),
  seconds: loss.map(() => 1),
  ...more,
});

test('a curve grows by what is told, and begins again where the training went back', () => {
  const first = extended(noCurve, metrics(0, [3, 2]));
  const second = extended(first, metrics(2, [1]));
  expect(second).toMatchObject({ step: [1, 2, 3], loss: [3, 2, 1], to: 3 });
  expect(extended(second, metrics(0, [3]))).toMatchObject({ step: [1], loss: [3], to: 1 });
  // Of held-out clips, too, only what is new is told.
  const heldOut = (step: number) => ({ heldOut: { step: [step], loss: [step / 2] } });
  const grown = extended(extended(first, metrics(2, [1], heldOut(3))), metrics(3, [1]));
  expect(extended(grown, metrics(4, [1], heldOut(5))).heldOut).toEqual({ step: [3, 5], loss: [1.5, 2.5] });
  expect(extended(grown, metrics(0, [1])).heldOut.step).toEqual([]);
});

test('smoothing keeps a constant, follows a change, and does nothing with weight 0', () => {
  expect(smoothed([2, 2, 2], 0.9).map((value) => Number(value.toFixed(9)))).toEqual([2, 2, 2]);
  expect(smoothed([5, 1, 3], 0)).toEqual([5, 1, 3]);
  const [a, b] = smoothed([0, 1], 0.5);
  expect([a, b!.toFixed(4)]).toEqual([0, '0.6667']);
  expect(smoothed([1, Number.NaN, 1], 0.5)[2]).toBe(1);
});

test('the nearest step is found', () => {
  const steps = [10, 20, 30, 100];
  expect([0, 14, 16, 66, 1000].map((wanted) => nearest(steps, wanted))).toEqual([0, 0, 1, 3, 3]);
  expect(nearest([], 1)).toBe(-1);
});
