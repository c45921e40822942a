import { expect, test } from 'vitest';
import { randomStream } from '../../src/diffusion/random.ts';
import { augment } from './augment.ts';

const size = { width: 16, height: 12 };
const drawn = Float32Array.from({ length: 3 * 16 * 12 }, (_, i) => 0.7 * Math.sin(i * i));

test('a seed gives the same picture again; values stay in range', () => {
  for (let seed = 0; seed < 40; seed++) {
    const [a, b] = [drawn.slice(), drawn.slice()];
    augment(a, size, randomStream(seed, 'a'));
    augment(b, size, randomStream(seed, 'a'));
    expect(a).toEqual(b);
    expect(a.every((value) => value >= -1 && value <= 1)).toBe(true);
  }
});

test('some pictures stay unchanged, most change, and all remain recognisable', () => {
  const changes = Array.from({ length: 200 }, (_, seed) => {
    const picture = Float32Array.from({ length: 3 * 16 * 12 }, (_, i) => ((i % 16) + (i % 7)) / 24 - 0.4);
    const before = picture.slice();
    augment(picture, size, randomStream(seed, 'b'));
    return Math.sqrt(picture.reduce((sum, value, i) => sum + (value - before[i]!) ** 2, 0) / picture.length);
  });
  const unchanged = changes.filter((change) => change === 0).length;
  expect(unchanged).toBeGreaterThan(10);
  expect(unchanged).toBeLessThan(50);
  expect(Math.max(...changes)).toBeLessThan(0.35);
});

test('blurring leaves plain pictures unchanged', () => {
  for (let seed = 0; seed < 30; seed++) {
    const plain = new Float32Array(3 * 16 * 12).fill(0.25);
    augment(plain, size, { ...randomStream(seed, 'c'), normals: (count) => new Float32Array(count) });
    for (const channel of [0, 1, 2]) {
      const plane = plain.subarray(channel * 192, (channel + 1) * 192);
      expect(Math.max(...plane) - Math.min(...plane)).toBeLessThan(1e-6);
    }
  }
});
