import { describe, expect, test } from 'vitest';
import { testdata } from '../testing/testdata.ts';
import { readFrames } from './clip.ts';
import { findCuts, frameChanges, movingShare, repeatedShare, thumbnailOf } from './frame-changes.ts';
import { blankPicture, type Picture } from './picture.ts';

const size = { width: 96, height: 64 };
const walking = await readFrames(testdata('clips/walking/walk_out_01.mp4'), { size });
const signing = await readFrames(testdata('clips/asl_signing/milk.mkv'), { size });

const thumbnails = (frames: readonly Picture[]) => Promise.all(frames.map(thumbnailOf));
const cutsIn = async (frames: readonly Picture[]) => findCuts(frameChanges(await thumbnails(frames)));
const grey = (level: number) => blankPicture(size, [level, level, level]);

describe('cuts', () => {
  test('none within real clips', async () => {
    expect(await cutsIn(walking)).toEqual([]);
    expect(await cutsIn(signing)).toEqual([]);
  });

  test('between real clips, also when one frame of another shot is left at an end', async () => {
    expect(await cutsIn([...walking, ...signing])).toEqual([walking.length]);
    expect(await cutsIn([...signing.slice(0, 10), ...walking.slice(3, 13), ...signing.slice(30)])).toEqual([
      10, 20,
    ]);
    expect(await cutsIn([...signing, walking[0]!])).toEqual([signing.length]);
    expect(await cutsIn([walking[5]!, ...signing])).toEqual([1]);
  });

  test('not a flash, not fast motion, not an animation of few pictures', async () => {
    expect(await cutsIn([...signing.slice(0, 20), grey(255), ...signing.slice(20)])).toEqual([]);
    const flicker = Array.from({ length: 20 }, (_, i) => grey(80 * (i % 3)));
    expect(await cutsIn(flicker)).toEqual([]);
    const slow = walking.flatMap((frame) => [frame, frame, frame]);
    expect(await cutsIn(slow)).toEqual([]);
    expect(await cutsIn([grey(9)])).toEqual([]);
  });
});

test('how much moves, how much repeats', async () => {
  const moving = await thumbnails(walking);
  expect(movingShare(moving)).toBeGreaterThan(0.2);
  expect(repeatedShare(frameChanges(moving))).toBe(0);
  const still = await thumbnails([grey(50), grey(53), grey(50)]);
  expect(movingShare(still)).toBe(0);
  const doubled = moving.flatMap((each) => [each, each]);
  expect(repeatedShare(frameChanges(doubled))).toBeCloseTo(0.5, 1);
  expect(repeatedShare([])).toBe(0);
});
