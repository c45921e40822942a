import { expect, test } from 'vitest';
import { testdata } from '../testing/testdata.ts';
import { readFrames } from './clip.ts';
import { isHdrTransfer, toneMapped } from './hdr.ts';
import { picture } from './picture.ts';

const shown = (transfer: 'pq' | 'hlg', ...levels: number[]) => [
  ...toneMapped(picture(levels.length / 3, 1, Uint8Array.from(levels)), transfer).data,
];
const grey = (transfer: 'pq' | 'hlg', level: number) => shown(transfer, level, level, level)[0]!;

test('white paper is nearly white, whatever is brighter a little more so, and black black', () => {
  // 203 cd/m² have the signal 0.58 in PQ and 0.75 in HLG (ITU-R BT.2408).
  for (const [transfer, white] of [
    ['pq', 148],
    ['hlg', 191],
  ] as const) {
    expect(grey(transfer, 0)).toBe(0);
    expect(grey(transfer, white)).toBeGreaterThan(238);
    expect(grey(transfer, white)).toBeLessThan(250);
    expect(grey(transfer, 255)).toBeGreaterThan(253);
    const levels = Array.from({ length: 256 }, (_, level) => grey(transfer, level));
    expect(levels).toEqual(levels.toSorted((a, b) => a - b));
  }
});

test('greys stay grey and colours keep their hue', () => {
  for (const transfer of ['pq', 'hlg'] as const) {
    const [r, g, b] = shown(transfer, 120, 120, 120) as [number, number, number];
    expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(2);
    const [red, green, blue] = shown(transfer, 140, 60, 60) as [number, number, number];
    expect(red).toBeGreaterThan(100);
    expect(Math.max(green, blue)).toBeLessThan(red / 2);
  }
});

test('which transfers are of high dynamic range', () => {
  expect(['pq', 'hlg', 'bt709', 'smpte170m', null, undefined].map(isHdrTransfer)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

test('a PQ video of ten bits shows grey as grey, and white paper as nearly white', async () => {
  const [frame] = await readFrames(testdata('clips/odd/pq.mp4'), { indices: [0] });
  const { width, data } = frame!;
  const at = (x: number) => data[3 * (8 * width + x)]!;
  expect(at(8)).toBeLessThan(8);
  expect(at(24)).toBeGreaterThan(85);
  expect(at(24)).toBeLessThan(125);
  expect(at(40)).toBeGreaterThan(236);
  expect(at(40)).toBeLessThan(251);
  expect(at(56)).toBeGreaterThan(250);
});
