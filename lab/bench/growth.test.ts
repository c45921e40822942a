import { expect, test } from 'vitest';
import { growth } from './growth.ts';

/** A step at 40 % of a ceiling of 300 GFLOP/s, with 60 GFLOP besides, times `factor`. */
const point = (gigaflops: number, factor = 1) => ({
  allFlops: gigaflops * 1e9,
  seconds: ((gigaflops / 0.4 + 60) / 300) * factor,
  matmul: 200e9,
  convolution: 300e9,
});

test('finds the line on which the cases lie', () => {
  const { efficiency, fixed, ratios } = growth([point(100), point(1000), point(20000)]);
  expect(efficiency).toBeCloseTo(0.4, 9);
  expect(fixed / 1e9).toBeCloseTo(60, 6);
  for (const ratio of ratios) expect(ratio).toBeCloseTo(1, 9);
});

test('says how far each case is from it', () => {
  const { ratios } = growth([point(100), point(100, 1.2), point(20000), point(20000, 1.2)]);
  // Relative errors count alike, however long a step takes.
  expect(ratios[0]).toBeCloseTo(ratios[2]!, 9);
  expect(ratios[1]).toBeCloseTo(ratios[3]!, 9);
  expect(ratios[0]! / ratios[1]!).toBeCloseTo(1.2, 9);
});
