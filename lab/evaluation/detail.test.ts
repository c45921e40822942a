import { expect, test } from 'vitest';
import { picture } from '../../src/media/picture.ts';
import { fineEnergy, gradientEnergy } from './detail.ts';

/** A grey wave of `u` cycles across and `v` down. */
function wave(u: number, v: number, width = 32, height = 16, amplitude = 100) {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return 128 + amplitude * Math.sin(2 * Math.PI * ((u * x) / width + (v * y) / height));
  });
  return picture(width, height, data);
}

test('gradient energy is the sum of squared differences', () => {
  const grey = (values: number[]) => Uint8Array.from(values.flatMap((value) => [value, value, value]));
  expect(gradientEnergy(picture(2, 2, grey([10, 30, 15, 25])))).toBeCloseTo(400 + 100 + 25 + 25, 8);
  expect(gradientEnergy(wave(0, 0))).toBe(0);
});

test('waves above half the Nyquist frequency count with their energy, others hardly at all', () => {
  // Of 32 by 16 pixels: under a Hann window each wave spreads to the two frequencies beside its own.
  const energy = 32 * 16 * (9 / 64) * (100 ** 2 / 2) * (32 * 16);
  for (const [u, v] of [
    [12, 0],
    [0, 6],
    [7, 5],
  ] as const) {
    expect(fineEnergy(wave(u, v)) / energy).toBeCloseTo(1, 1);
  }
  for (const [u, v] of [
    [3, 0],
    [0, 2],
    [4, 1],
  ] as const) {
    expect(fineEnergy(wave(u, v)) / energy).toBeLessThan(0.01);
  }
});
