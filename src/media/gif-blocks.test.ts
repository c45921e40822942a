import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { testdata } from '../testing/testdata.ts';
import { scanGif, withGifComment } from './gif-blocks.ts';

test('counts images, finds the comment, notices every cut', async () => {
  const gif = await readFile(testdata('../lab/assets/world/shapes/a_penguin_0.gif'));
  expect(scanGif(gif)).toEqual({ images: 24, cutOff: false });
  const comment = 'äöü 🐎 '.repeat(100);
  const commented = withGifComment(gif, comment);
  expect(scanGif(commented)).toEqual({ images: 24, cutOff: false, comment });
  for (let length = 800; length < gif.length - 1; length += 997) {
    const content = scanGif(gif.subarray(0, length))!;
    expect(content.images).toBeLessThan(24);
    expect(content.cutOff).toBe(true);
  }
  expect(scanGif(gif.subarray(0, -1))).toEqual({ images: 24, cutOff: false }); // Only the trailer is missing.
});

test('what is no GIF', () => {
  expect(scanGif(Buffer.from('hello, this is text'))).toBeUndefined();
  expect(() => withGifComment(Uint8Array.of(1, 2), 'x')).toThrow(RangeError);
});
