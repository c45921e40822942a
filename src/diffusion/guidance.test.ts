import { expect, test } from 'vitest';
import { cosineSimilarity, isGuided } from './guidance.ts';

test('the ends of the interval of guidance belong to it', () => {
  const guided = [1000, 601, 600, 301, 300, 299, 0].filter((timestep) =>
    isGuided({ start: 600, end: 300 }, timestep),
  );
  expect(guided).toEqual([600, 301, 300]);
});

test('the cosine similarity is that of the directions of what counts', () => {
  const [a, b] = [Float32Array.of(3, 4, 100), Float32Array.of(8, 6, -100)];
  expect(cosineSimilarity(a, a)).toBe(1);
  expect(
    cosineSimilarity(
      a,
      a.map((value) => -2 * value),
    ),
  ).toBeCloseTo(-1, 12);
  expect(cosineSimilarity(a, b, (index) => index < 2)).toBeCloseTo(0.96, 12);
  expect(() => cosineSimilarity(a, new Float32Array(2))).toThrow(RangeError);
});
