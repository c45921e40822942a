import { expect, test } from 'vitest';
import {
  cropBetween,
  framesOfPart,
  isPart,
  middleCrop,
  partOfOther,
  partWords,
  withCrop,
  withFrames,
} from './chosen-part.ts';

const clip = { width: 200, height: 100, frames: 30, framesPerSecond: 10 };

test('a trim says only what it leaves out, and keeps at least one frame', () => {
  expect(withFrames({}, clip, { first: 0, end: 30 })).toEqual({});
  expect(withFrames({}, clip, { first: 5 })).toEqual({ startFrame: 5 });
  expect(withFrames({ startFrame: 5 }, clip, { end: 20 })).toEqual({ startFrame: 5, endFrame: 20 });
  // Where both ends meet, the one that was moved gives way.
  expect(withFrames({ startFrame: 5, endFrame: 20 }, clip, { first: 40 })).toEqual({
    startFrame: 19,
    endFrame: 20,
  });
  expect(withFrames({ startFrame: 5, endFrame: 20 }, clip, { end: 2 })).toEqual({
    startFrame: 5,
    endFrame: 6,
  });
  // Given in seconds by somebody else.
  expect(framesOfPart({ start: 0.5, end: 1.96 }, clip)).toEqual({ first: 5, end: 20 });
  expect(framesOfPart(undefined, clip)).toEqual({ first: 0, end: 30 });
});

test('a rectangle lies in the picture, in whole pixels', () => {
  expect(withCrop({ startFrame: 2 }, clip, { left: 10.4, top: -3, width: 500, height: 50.6 })).toEqual({
    startFrame: 2,
    crop: { left: 10, top: 0, width: 190, height: 51 },
  });
  expect(withCrop({ startFrame: 2 }, clip, { left: 0, top: 0, width: 200, height: 100 })).toEqual({
    startFrame: 2,
  });
  expect(withCrop({ crop: { left: 1, top: 1, width: 2, height: 2 } }, clip, undefined)).toEqual({});
});

test('a rectangle is drawn into any direction, and keeps a shape if asked to', () => {
  const [a, b] = [
    { x: 150, y: 80 },
    { x: 50, y: 60 },
  ];
  expect(cropBetween(a, b, clip)).toEqual({ left: 50, top: 60, width: 100, height: 20 });
  expect(cropBetween(b, a, clip)).toEqual({ left: 50, top: 60, width: 100, height: 20 });
  // A square: upwards there are 80 pixels only.
  expect(cropBetween(a, b, clip, 1)).toEqual({ left: 70, top: 0, width: 80, height: 80 });
  expect(middleCrop(clip, 1)).toEqual({ left: 50, top: 0, width: 100, height: 100 });
  expect(middleCrop(clip, 4)).toEqual({ left: 0, top: 25, width: 200, height: 50 });
});

test('other clips take the same part as far as they have it', () => {
  const part = { startFrame: 5, endFrame: 20, crop: { left: 0, top: 0, width: 100, height: 100 } };
  expect(partOfOther(part, clip, clip)).toEqual(part);
  expect(partOfOther(part, clip, { ...clip, frames: 12 })).toEqual({ startFrame: 5, crop: part.crop });
  // A clip that ends before it keeps all its frames; another size, all its picture.
  expect(partOfOther(part, clip, { ...clip, width: 320, frames: 5 })).toEqual({});
  // To the end is to the end.
  expect(partOfOther({ startFrame: 5 }, clip, { ...clip, frames: 60 })).toEqual({ startFrame: 5 });
});

test('a part in words', () => {
  expect(partWords({}, clip)).toBe('');
  expect(isPart({})).toBe(false);
  const crop = { left: 0, top: 0, width: 64, height: 48 };
  expect(partWords({ startFrame: 5, crop }, clip)).toBe('0.50 s to 3.00 s, 64 × 48 of the picture');
  expect(partWords({ endFrame: 4 }, { ...clip, framesPerSecond: undefined })).toBe('frame 0 to frame 4');
});
