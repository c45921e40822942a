import { describe, expect, test } from 'vitest';
import { readFixture } from '../testing/testdata.ts';
import { contactSheet, videoGrid } from './contact-sheet.ts';
import { blankPicture, type Picture, unitFloatsToPicture } from './picture.ts';

describe('videoGrid is the frames of save_videos_grid', async () => {
  const { inputs, outputs } = await readFixture('mini', 'save_videos_grid');
  test.each(['1', '5'])('%s videos', (count) => {
    const { shape, data } = inputs.get(`v${count}`)!;
    const expected = outputs.get(`frames${count}`)!;
    const grid = videoGrid(toVideos(shape, data as Float32Array));
    expect(grid.map((frame) => [frame.height, frame.width])).toEqual(
      Array(expected.shape[0]).fill([expected.shape[1], expected.shape[2]]),
    );
    expect(grid.flatMap((frame) => [...frame.data])).toEqual(Array.from(expected.data, Number));
  });
});

/** `[batch, 3, frames, height, width]` in [0, 1] as pictures, cut to levels like the reference. */
function toVideos(shape: readonly number[], data: Float32Array): Picture[][] {
  const [batch, , frames, height, width] = shape as [number, number, number, number, number];
  const pixels = height * width;
  return Array.from({ length: batch }, (_, b) =>
    Array.from({ length: frames }, (_, f) => {
      const planes = new Float32Array(3 * pixels);
      for (let c = 0; c < 3; c++) {
        const start = ((b * 3 + c) * frames + f) * pixels;
        planes.set(data.subarray(start, start + pixels), c * pixels);
      }
      return unitFloatsToPicture(planes, { width, height }, { rounding: 'truncate' });
    }),
  );
}

test('rows, gaps, background and wrapping', () => {
  const red = blankPicture({ width: 2, height: 1 }, [255, 0, 0]);
  const sheet = contactSheet([[red, red, red], [red]], { gap: 1, columns: 2, background: [9, 9, 9] });
  expect([sheet.width, sheet.height]).toEqual([1 + 2 * 3, 1 + 3 * 2]);
  const pixel = (x: number, y: number) => [
    ...sheet.data.subarray((y * sheet.width + x) * 3, (y * sheet.width + x) * 3 + 3),
  ];
  expect(pixel(0, 0)).toEqual([9, 9, 9]);
  expect(pixel(1, 1)).toEqual([255, 0, 0]);
  expect(pixel(4, 3)).toEqual([9, 9, 9]); // The third picture stands alone on the second line.
  expect(pixel(2, 5)).toEqual([255, 0, 0]);
});

test('says what is wrong', () => {
  const dot = blankPicture({ width: 1, height: 1 });
  expect(() => contactSheet([[]])).toThrow('at least one picture');
  expect(() => videoGrid([[dot], [dot, dot]])).toThrow('videos of 1, 2 frames do not fit one grid');
});
