import { expect, test } from 'vitest';
import { clipPartOf, clipPartText } from './clip-part-text.ts';

test.each([
  [{}, 'whole'],
  [{ start: 0.5, end: 12 }, 'start=0.5,end=12'],
  [{ startFrame: 0, endFrame: 9 }, 'startFrame=0,endFrame=9'],
  [{ end: 3, crop: { left: 10, top: 0, width: 64, height: 48 } }, 'end=3,crop=64x48+10+0'],
])('%j is written as %s, and read', (part, text) => {
  expect(clipPartText(part)).toBe(text);
  expect(clipPartOf(text)).toEqual(part);
});

test.each(['', 'start', 'start=', 'start=-1', 'startFrame=1.5', 'crop=64x48', 'begin=3', 'start=1,start=2'])(
  '"%s" is no part',
  (text) => expect(clipPartOf(text)).toBeUndefined(),
);
