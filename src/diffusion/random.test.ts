import { describe, expect, test } from 'vitest';
import { randomStream } from './random.ts';

function moments(values: Float32Array) {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const central = (power: number) => values.reduce((sum, x) => sum + (x - mean) ** power, 0) / values.length;
  const variance = central(2);
  return { mean, variance, skewness: central(3) / variance ** 1.5, kurtosis: central(4) / variance ** 2 };
}

function correlation(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0) / a.length;
}

describe('one stream', () => {
  test('normal numbers have the moments and tails of the normal distribution', () => {
    const values = randomStream(1, 'noise').normals(1_000_000);
    const { mean, variance, skewness, kurtosis } = moments(values);
    expect(Math.abs(mean)).toBeLessThan(0.004);
    expect(Math.abs(variance - 1)).toBeLessThan(0.006);
    expect(Math.abs(skewness)).toBeLessThan(0.01);
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.02);
    const beyond = (limit: number) => values.filter((x) => Math.abs(x) > limit).length / values.length;
    expect(beyond(1)).toBeCloseTo(0.3173, 2);
    expect(beyond(3) / 0.0027).toBeCloseTo(1, 0);
    expect(values.every(Number.isFinite)).toBe(true);
    expect(Math.abs(correlation(values.subarray(0, -1), values.subarray(1)))).toBeLessThan(0.004);
  });

  test('uniform numbers fill [0, 1) evenly', () => {
    const stream = randomStream(2);
    const bins = new Array<number>(100).fill(0);
    for (let i = 0; i < 200_000; i++) bins[Math.floor(stream.uniform() * 100)]! += 1;
    const chiSquare = bins.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    expect(chiSquare).toBeGreaterThan(60); // 99 degrees of freedom: 1 in 1000 beyond either
    expect(chiSquare).toBeLessThan(149);
  });

  test('integers take every value of their range and no other', () => {
    const stream = randomStream(3);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[stream.integer(7)]! += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
    expect(stream.integer(1)).toBe(0);
    expect(stream.integer(2 ** 53)).toBeLessThan(2 ** 53);
    for (const bad of [0, -1, 1.5, Number.NaN, 2 ** 60])
      expect(() => stream.integer(bad)).toThrow(RangeError);
  });

  test('shuffling gives every order with the same probability', () => {
    const counts = new Map<string, number>();
    for (let step = 0; step < 6000; step++) {
      const key = randomStream(4, 'shuffle', step).shuffle(3).join('');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(['012', '021', '102', '120', '201', '210']);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(130);
    expect(randomStream(4).shuffle(0)).toEqual([]);
  });

  test('normals continue where normal stopped', () => {
    const [one, two] = [randomStream(5), randomStream(5)];
    const pieces = [one.normal(), ...one.normals(2), one.normal()].map(Math.fround);
    expect(pieces).toEqual([...two.normals(4)]);
  });
});

describe('many streams', () => {
  test('first draws over steps are as random as one stream', () => {
    const firsts = Float32Array.from({ length: 50_000 }, (_, step) =>
      randomStream(7, 'noise', step).normal(),
    );
    const { mean, variance, kurtosis } = moments(firsts);
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.1);
    expect(Math.abs(correlation(firsts.subarray(0, -1), firsts.subarray(1)))).toBeLessThan(0.02);
    const timesteps = Array.from({ length: 50_000 }, (_, step) => randomStream(7, 't', step).integer(1000));
    expect(new Set(timesteps).size).toBe(1000);
    expect(new Set(Array.from({ length: 50_000 }, (_, s) => randomStream(s).uniform())).size).toBe(50_000);
  });

  test('similar seeds, names and steps give unrelated numbers', () => {
    const paths: [number, ...(string | number)[]][] = [
      [0],
      [1],
      [-1],
      [0, 0],
      [0, '0'],
      [0, 'a'],
      [0, 'b'],
      [0, 'a', 1],
      [0, 'a1'],
      [0, 'a', '1'],
      [10, 'a'],
      [2 ** 40],
      [2 ** 41],
    ];
    const drawn = paths.map((path) => randomStream(...path).normals(20_000));
    for (const [i, a] of drawn.entries()) {
      for (const b of drawn.slice(i + 1)) expect(Math.abs(correlation(a, b))).toBeLessThan(0.035);
    }
  });

  test('a seed must be a whole number', () => {
    for (const seed of [0.5, Number.NaN, 2 ** 60]) expect(() => randomStream(seed)).toThrow(RangeError);
  });

  test('the numbers are the same in every version', () => {
    const stream = randomStream(42, 'noise', 3);
    expect([stream.integer(1000), stream.uniform(), stream.normal()]).toMatchInlineSnapshot(`
      [
        466,
        0.36548551363178283,
        0.5410611813916895,
      ]
    `);
    expect(stream.shuffle(8)).toMatchInlineSnapshot(`
      [
        6,
        5,
        7,
        1,
        4,
        2,
        3,
        0,
      ]
    `);
  });
});
