import { describe, expect, test } from 'vitest';
import {
  blankPicture,
  flipHorizontally,
  type Picture,
  picture,
  pictureToFloats,
  recoloured,
  rotateClockwise,
  shifted,
  signedFloatsToPicture,
  unitFloatsToPicture,
} from './picture.ts';

/** A picture whose pixels have the given red levels, row by row. */
function reds(width: number, levels: number[]): Picture {
  return picture(width, levels.length / width, Uint8Array.from(levels.flatMap((level) => [level, 0, 9])));
}

const redsOf = (from: Picture) => [...from.data].filter((_, at) => at % 3 === 0);

describe('conversion', () => {
  test('every level survives the way to floats and back', () => {
    const levels = reds(
      16,
      Array.from({ length: 256 }, (_, level) => level),
    );
    const floats = pictureToFloats(levels);
    expect(floats[0]).toBe(-1);
    expect(floats[255]).toBe(1);
    expect(floats[256]).toBe(-1); // The green plane begins.
    expect(signedFloatsToPicture(floats, levels)).toEqual(levels);
    const unit = Float32Array.from(floats, (value) => (value + 1) / 2);
    expect(unitFloatsToPicture(unit, levels)).toEqual(levels);
  });

  test('multiples of 1/255 survive truncation', () => {
    const floats = Float32Array.from({ length: 256 * 3 }, (_, at) => (at % 256) / 255);
    const cut = unitFloatsToPicture(floats, { width: 256, height: 1 }, { rounding: 'truncate' });
    expect(redsOf(cut)).toEqual(Array.from({ length: 256 }, (_, level) => level));
  });

  test('rounds to nearest by default, truncates on request, and clamps', () => {
    const floats = Float32Array.of(0.9961, -0.5, 7, Number.NaN, 0.5, 0.25);
    const size = { width: 2, height: 1 };
    expect([...unitFloatsToPicture(floats, size).data]).toEqual([254, 255, 128, 0, 0, 64]);
    expect([...unitFloatsToPicture(floats, size, { rounding: 'truncate' }).data]).toEqual([
      254, 255, 127, 0, 0, 63,
    ]);
  });

  test('refuses sizes that do not fit', () => {
    expect(() => picture(2, 2, new Uint8Array(11))).toThrow('11 bytes do not fill a 2x2 RGB picture');
    expect(() => unitFloatsToPicture(new Float32Array(5), { width: 2, height: 1 })).toThrow(RangeError);
  });
});

test('other colours: channels in another order, each with an exponent', () => {
  const sample = picture(2, 1, Uint8Array.from([10, 20, 30, 255, 0, 51]));
  const swapped = recoloured(sample, { order: [2, 0, 1], gamma: [1, 1, 1] });
  expect([...swapped.data]).toEqual([30, 10, 20, 51, 255, 0]);
  const darker = recoloured(sample, { order: [0, 1, 2], gamma: [1, 2, 2] });
  expect([...darker.data]).toEqual([10, 2, 4, 255, 0, 10]);
});

describe('turning', () => {
  const sample = reds(3, [1, 2, 3, 4, 5, 6]);

  test('mirrors left to right', () => {
    expect(redsOf(flipHorizontally(sample))).toEqual([3, 2, 1, 6, 5, 4]);
    expect(flipHorizontally(flipHorizontally(sample))).toEqual(sample);
  });

  test('moves, and repeats the edge', () => {
    expect(redsOf(shifted(sample, 1, 0))).toEqual([1, 1, 2, 4, 4, 5]);
    expect(redsOf(shifted(sample, 0, -1))).toEqual([4, 5, 6, 4, 5, 6]);
    expect(shifted(sample, 0, 0)).toEqual(sample);
    expect(redsOf(shifted(sample, -9, 9))).toEqual([3, 3, 3, 3, 3, 3]);
  });

  test('turns clockwise', () => {
    expect(rotateClockwise(sample, 90)).toEqual(reds(2, [4, 1, 5, 2, 6, 3]));
    expect(rotateClockwise(sample, 180)).toEqual(reds(3, [6, 5, 4, 3, 2, 1]));
    expect(rotateClockwise(sample, 270)).toEqual(reds(2, [3, 6, 2, 5, 1, 4]));
  });
});

test('a blank picture has one colour', () => {
  expect([...blankPicture({ width: 2, height: 1 }, [1, 2, 3]).data]).toEqual([1, 2, 3, 1, 2, 3]);
});
