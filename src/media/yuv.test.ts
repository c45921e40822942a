import { describe, expect, test } from 'vitest';
import { type Picture, picture } from './picture.ts';
import { customaryMatrix, pictureToI420, type YuvFrame, yuvToPicture } from './yuv.ts';

const COLOURS = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
  [0, 0, 0],
  [200, 100, 50],
] as const;

function plain(width: number, height: number, colour: readonly number[]): Picture {
  return picture(
    width,
    height,
    Uint8Array.from({ length: width * height * 3 }, (_, at) => colour[at % 3]!),
  );
}

function frame(i420: Uint8Array, width: number, height: number, more: Partial<YuvFrame> = {}): YuvFrame {
  const luma = width * height;
  const colour = Math.ceil(width / 2) * Math.ceil(height / 2);
  return {
    width,
    height,
    planes: [
      i420.subarray(0, luma),
      i420.subarray(luma, luma + colour),
      i420.subarray(luma + colour, luma + 2 * colour),
    ],
    halfWidth: true,
    halfHeight: true,
    bits: 8,
    matrix: 'smpte170m',
    fullRange: false,
    ...more,
  };
}

function largestDifference(a: Picture, b: Picture): number {
  return a.data.reduce((largest, level, at) => Math.max(largest, Math.abs(level - b.data[at]!)), 0);
}

describe('converting there and back', () => {
  test.each(['smpte170m', 'bt709', 'bt2020-ncl'] as const)('plain colours, %s', (matrix) => {
    for (const colour of COLOURS) {
      const original = plain(5, 3, colour);
      const back = yuvToPicture(frame(pictureToI420(original, matrix), 5, 3, { matrix }));
      expect(largestDifference(original, back)).toBeLessThanOrEqual(2);
    }
  });

  test('a smooth colour ramp keeps its place', () => {
    const ramp = picture(
      32,
      32,
      Uint8Array.from({ length: 32 * 32 * 3 }, (_, at) => {
        const pixel = Math.floor(at / 3);
        return [(pixel % 32) * 8, Math.floor(pixel / 32) * 8, 128][at % 3]!;
      }),
    );
    const back = yuvToPicture(frame(pictureToI420(ramp, 'bt709'), 32, 32, { matrix: 'bt709' }));
    const inside = (from: Picture) =>
      from.data.filter((_, byte) => {
        const [x, y] = [Math.floor(byte / 3) % 32, Math.floor(byte / 96)];
        return x > 1 && x < 30 && y > 1 && y < 30; // At the rim samples are repeated, not continued.
      });
    const [wanted, found] = [inside(ramp), inside(back)];
    const errors = wanted.map((level, byte) => Math.abs(level - found[byte]!));
    expect(Math.max(...errors)).toBeLessThanOrEqual(2);
  });
});

test('known values: red is 81, 90, 240 in BT.601 and 63, 102, 240 in BT.709', () => {
  expect([...pictureToI420(plain(2, 2, [255, 0, 0]), 'smpte170m')]).toEqual([81, 81, 81, 81, 90, 240]);
  expect([...pictureToI420(plain(2, 2, [255, 0, 0]), 'bt709')]).toEqual([63, 63, 63, 63, 102, 240]);
});

test('full range and ten bits', () => {
  const grey = Uint8Array.of(0, 255, 128, 16, 128, 128);
  const full = yuvToPicture(frame(grey, 2, 2, { fullRange: true }));
  expect([...full.data].filter((_, at) => at % 3 === 0)).toEqual([0, 255, 128, 16]);
  const deep = yuvToPicture({
    width: 2,
    height: 1,
    planes: [Uint16Array.of(64, 940), Uint16Array.of(512, 512), Uint16Array.of(512, 512)],
    halfWidth: false,
    halfHeight: false,
    bits: 10,
    matrix: 'bt709',
    fullRange: false,
  });
  expect([...deep.data]).toEqual([0, 0, 0, 255, 255, 255]);
});

test('the customary matrix follows the size', () => {
  expect(customaryMatrix({ width: 512, height: 320 })).toBe('smpte170m');
  expect(customaryMatrix({ width: 1280, height: 720 })).toBe('bt709');
});
