import { expect, test } from 'vitest';
import { randomStream } from '../../src/diffusion/random.ts';
import { blankPicture, picture } from '../../src/media/picture.ts';
import { psnr, ssim } from './quality.ts';

const random = randomStream(0, 'pictures');
const noise = (width = 24, height = 16) =>
  picture(
    width,
    height,
    Uint8Array.from({ length: 3 * width * height }, () => random.integer(256)),
  );

test('PSNR follows its definition, and ignores masked pixels', () => {
  const a = blankPicture({ width: 4, height: 4 }, [100, 100, 100]);
  const b = { ...a, data: a.data.slice() };
  b.data.set([110, 110, 110], 0);
  expect(psnr(a, b)).toBeCloseTo(10 * Math.log10(255 ** 2 / (100 / 16)), 10);
  expect(psnr(a, a)).toBe(100);
  const others = new Uint8Array(16).fill(1);
  others[0] = 0;
  expect(psnr(a, b, others)).toBe(100);
  expect(() => psnr(a, b, new Uint8Array(16))).toThrow('no pixel counts');
  expect(() => psnr(a, noise())).toThrow('4x4 and 24x16');
});

test('SSIM of one window is the formula of the paper; equal pictures have 1', () => {
  const [a, b] = [noise(11, 11), noise(11, 11)];
  const weights = Array.from({ length: 121 }, (_, i) =>
    Math.exp(-(((i % 11) - 5) ** 2 + (Math.floor(i / 11) - 5) ** 2) / 4.5),
  );
  const total = weights.reduce((sum, w) => sum + w, 0);
  const luma = ({ data }: typeof a) =>
    weights.map((_, i) => 0.299 * data[3 * i]! + 0.587 * data[3 * i + 1]! + 0.114 * data[3 * i + 2]!);
  const mean = (values: number[]) => values.reduce((sum, v, i) => sum + v * weights[i]!, 0) / total;
  const [x, y] = [luma(a), luma(b)];
  const [mx, my] = [mean(x), mean(y)];
  const vx = mean(x.map((v) => (v - mx) ** 2));
  const vy = mean(y.map((v) => (v - my) ** 2));
  const cov = mean(x.map((v, i) => (v - mx) * (y[i]! - my)));
  const [c1, c2] = [6.5025, 58.5225];
  const expected = ((2 * mx * my + c1) * (2 * cov + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2));
  expect(ssim(a, b)).toBeCloseTo(expected, 8);
  expect(ssim(a, a)).toBeCloseTo(1, 12);
  expect(Math.abs(ssim(noise(64, 64), noise(64, 64)))).toBeLessThan(0.1);
});
