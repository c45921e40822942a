import { expect, test } from 'vitest';
import { randomStream } from '../../src/diffusion/random.ts';
import { blankPicture, picture } from '../../src/media/picture.ts';
import { resizeBicubic } from './resize-bicubic.ts';

/** Pillow's result before rounding: Keys' cubic over all pixels at once, in f64, by its definition. */
function direct(data: Uint8Array, [w, h]: [number, number], [width, height]: [number, number], at: number[]) {
  const [x, y, channel] = at as [number, number, number];
  const weight = (to: number, from: number, sizeTo: number, sizeFrom: number) => {
    const stretch = Math.max(1, sizeFrom / sizeTo);
    const d = Math.abs(from + 0.5 - ((to + 0.5) * sizeFrom) / sizeTo) / stretch;
    if (d >= 2) return 0;
    return d < 1 ? 1.5 * d ** 3 - 2.5 * d ** 2 + 1 : -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2;
  };
  let [sum, total] = [0, 0];
  for (let row = 0; row < h; row++) {
    for (let column = 0; column < w; column++) {
      const share = weight(x, column, width, w) * weight(y, row, height, h);
      sum += share * data[(row * w + column) * 3 + channel]!;
      total += share;
    }
  }
  return Math.max(0, Math.min(255, sum / total));
}

test.each([
  [
    [9, 7],
    [23, 16],
  ],
  [
    [40, 31],
    [12, 10],
  ],
  [
    [13, 13],
    [13, 5],
  ],
] as [[number, number], [number, number]][])('%s → %s is the cubic filter', (from, to) => {
  const random = randomStream(0, 'bicubic');
  const data = Uint8Array.from({ length: 3 * from[0] * from[1] }, () => 40 + random.integer(170));
  const resized = resizeBicubic(picture(...from, data), { width: to[0], height: to[1] });
  for (let y = 0; y < to[1]; y++) {
    for (let x = 0; x < to[0]; x++) {
      for (let channel = 0; channel < 3; channel++) {
        const found = resized.data[(y * to[0] + x) * 3 + channel]!;
        // Rounded twice; the first error is passed on with weights whose absolute values sum to at most 1.3.
        expect(Math.abs(found - direct(data, from, to, [x, y, channel]))).toBeLessThan(1.2);
      }
    }
  }
});

test('overshoot is clipped, plain colours are preserved, and resizing to the same size is the identity', () => {
  const edge = picture(4, 1, Uint8Array.from([0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255]));
  const wide = resizeBicubic(edge, { width: 8, height: 1 }).data.filter((_, i) => i % 3 === 0);
  expect([wide[0], wide[2], wide[5], wide[7]]).toEqual([0, 0, 255, 255]);
  const plain = blankPicture({ width: 5, height: 6 }, [7, 99, 250]);
  expect(new Set(resizeBicubic(plain, { width: 3, height: 11 }).data)).toEqual(new Set([7, 99, 250]));
  expect(resizeBicubic(plain, plain)).toBe(plain);
  expect(() => resizeBicubic(plain, { width: 0, height: 4 })).toThrow(/0x4/);
});
