import { expect, test } from 'vitest';
import { diversity, frameConsistency, textAlignment } from './text-metrics.ts';

const at = (degrees: number) =>
  Float32Array.of(Math.cos((degrees / 180) * Math.PI), Math.sin((degrees / 180) * Math.PI));

test('the scores of embeddings at known angles', () => {
  const frames = [at(0), at(60), at(120)];
  expect(textAlignment(frames, at(60))).toBeCloseTo((100 * (0.5 + 1 + 0.5)) / 3, 4);
  expect(frameConsistency(frames)).toBeCloseTo((100 * (0.5 + 0.5 - 0.5)) / 3, 4);
  expect(
    diversity([
      [at(0), at(20)],
      [at(70), at(70)],
    ]),
  ).toBeCloseTo(50, 4);
});

test('pairs need two', () => {
  expect(() => frameConsistency([at(0)])).toThrow('at least two');
});
