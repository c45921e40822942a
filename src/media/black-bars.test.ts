import { describe, expect, test } from 'vitest';
import { testdata } from '../testing/testdata.ts';
import { blackBars, cropPicture, sizeWithoutBars } from './black-bars.ts';
import { readFrames } from './clip.ts';
import { blankPicture, type Picture, picture } from './picture.ts';

const frames = await readFrames(testdata('clips/walking/walk_out_01.mp4'), {
  indices: [0, 10, 19],
  size: { width: 96, height: 64 },
});

/** The picture in the middle of black (with the noise that compression leaves there). */
function framed(from: Picture, left: number, top: number, noise = 6): Picture {
  const [width, height] = [from.width + 2 * left, from.height + 2 * top];
  const data = new Uint8Array(width * height * 3).map((_, i) => (i * 7919) % (noise + 1));
  for (let y = 0; y < from.height; y++) {
    const row = from.data.subarray(y * from.width * 3, (y + 1) * from.width * 3);
    data.set(row, ((top + y) * width + left) * 3);
  }
  return picture(width, height, data);
}

describe('black bars', () => {
  test('none in a real clip, nor in darkness', () => {
    expect(blackBars(frames)).toBeUndefined();
    expect(blackBars([])).toBeUndefined();
    expect(blackBars([blankPicture({ width: 96, height: 64 }, [5, 5, 5])])).toBeUndefined();
  });

  test('above and below, left and right, around', () => {
    const around = (left: number, top: number) => blackBars(frames.map((each) => framed(each, left, top)));
    expect(around(0, 12)).toEqual({ top: 12, bottom: 12, left: 0, right: 0 });
    expect(around(16, 0)).toEqual({ top: 0, bottom: 0, left: 16, right: 16 });
    expect(around(5, 8)).toEqual({ top: 8, bottom: 8, left: 5, right: 5 });
    expect(around(1, 1)).toBeUndefined();
  });

  test('a bar is black in every frame', () => {
    const dark = framed(frames[0]!, 0, 12);
    const bright = blankPicture(dark, [90, 90, 90]);
    expect(blackBars([dark, bright, dark])).toBeUndefined();
  });

  test('a night sky that brightens slowly is none', () => {
    const data = new Uint8Array(96 * 64 * 3).map((_, i) => Math.floor(i / (96 * 3)));
    expect(blackBars([picture(96, 64, data)])).toBeUndefined();
  });
});

test('what is left without them', () => {
  const bars = { top: 8, bottom: 8, left: 5, right: 5 };
  const whole = framed(frames[0]!, 5, 8);
  expect(sizeWithoutBars(whole, bars)).toEqual({ width: 96, height: 64 });
  expect(cropPicture(whole, 5, 8, { width: 96, height: 64 }).data).toEqual(frames[0]!.data);
});
