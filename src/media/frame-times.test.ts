import sharp from 'sharp';
import { expect, test } from 'vitest';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { frameIntervals, variableRate } from './frame-times.ts';

const at = await testFolder();

test('intervals of real clips', async () => {
  const walking = await frameIntervals(testdata('clips/walking/walk_out_01.mp4'), 'video');
  expect(walking).toHaveLength(19);
  for (const interval of walking!) expect(interval).toBeCloseTo(0.1, 5);
  expect(variableRate(walking!)).toBeUndefined();
  // Matroska rounds to milliseconds: 33, 33, 34.
  const signing = await frameIntervals(testdata('clips/asl_signing/milk.mkv'), 'video');
  expect(variableRate(signing!)).toBeUndefined();
  expect(await frameIntervals('anything', 'folder')).toBeUndefined();
});

test('an animation that rests on its last frame is constant, one that does not keep time is not', async () => {
  const gif = async (...delay: number[]) => {
    const height = 4 * delay.length;
    const data = new Uint8Array(4 * height * 3).map((_, i) => 7 * Math.floor(i / 48));
    const raw = { width: 4, height, channels: 3, pageHeight: 4 } as const;
    await sharp(data, { raw }).gif({ delay, keepDuplicateFrames: true }).toFile(at('test.gif'));
    return variableRate((await frameIntervals(at('test.gif'), 'animation'))!);
  };
  expect(await gif(100, 100, 100, 100, 2000)).toBeUndefined();
  expect(await gif(50, 100, 200, 100, 50, 100)).toEqual({ slowest: 5, fastest: 20 });
});

test('a dropped frame is no variable rate', () => {
  const intervals = Array<number>(60).fill(1 / 30);
  intervals[20] = 2 / 30;
  expect(variableRate(intervals)).toBeUndefined();
  expect(variableRate([...intervals, ...Array<number>(20).fill(1 / 15)])?.slowest).toBeCloseTo(15);
  expect(variableRate([])).toBeUndefined();
});
