import { expect, test } from 'vitest';
import { bytesText, countText, flopText, parseBytes } from './amounts.ts';

test.each([
  ['12GB', 12e9],
  ['12 GB', 12e9],
  ['12g', 12e9],
  ['8GiB', 8 * 2 ** 30],
  ['1.5 TB', 1.5e12],
  ['640k', 640e3],
  ['500000000', 5e8],
  ['500000000 bytes', undefined],
  ['twelve', undefined],
  ['-1GB', undefined],
  ['1e9', undefined],
  ['', undefined],
])('the bytes in "%s"', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

test('amounts are shown with three digits', () => {
  expect(bytesText(1.5e9)).toBe('1.50 GB');
  expect(countText(254_000_000)).toBe('254 million');
  expect(flopText(21.3e12)).toBe('21.3 TFLOP');
});
