import { expect, test } from 'vitest';
import { type AskedRate, rateNotes } from './rate-notes.ts';

const clip = (framesPerSecond: number | null, path = 'a.mp4', frameTimes?: readonly number[]) => {
  return { path, frameCount: 48, framesPerSecond, frameTimes };
};
const asked: AskedRate = { clipFps: 'common', window: 'random', stride: 1 };
const said = (...given: Parameters<typeof rateNotes>) =>
  rateNotes(...given).map(({ kind, serious, message }) => [kind, serious, message]);

test('the rate, and why it is that', () => {
  expect(said([clip(24), clip(24)], asked, 24)).toEqual([
    ['rate', false, 'the clips are sampled at 24 frames a second, their own rate.'],
  ]);
  expect(said([clip(24), clip(60), clip(null)], asked, 24)).toEqual([
    [
      'rates differ',
      false,
      'the clips are sampled at 24 frames a second, the lowest of their rates (24, 60); "clipFps" sets another. ' +
        'Folders of pictures have no rate and are read frame by frame.',
    ],
  ]);
  expect(said([clip(24, 'clips/slow.mp4'), clip(60)], { ...asked, clipFps: 30 }, 30)).toEqual([
    [
      'rates differ',
      false,
      'the clips are sampled at 30 frames a second, as set by "clipFps". "slow.mp4" has only 24: its frames are repeated.',
    ],
  ]);
});

test('frames without a rate', () => {
  expect(said([clip(null)], asked, 'frames')).toEqual([]);
  expect(said([clip(null)], { ...asked, clipFps: 8 }, 'frames')).toEqual([
    [
      'no rate',
      false,
      '"clipFps" has no effect: folders of pictures have no rate and are read frame by frame.',
    ],
  ]);
  expect(said([clip(24)], { ...asked, clipFps: 'frames' }, 'frames')).toEqual([]);
  expect(said([clip(24, 'a.mp4', [0, 0.1])], { ...asked, clipFps: 'frames' }, 'frames')).toEqual([
    ['rate', false, 'the clips are read frame by frame, regardless of display times.'],
  ]);
  expect(said([clip(24), clip(60)], { ...asked, clipFps: 'frames' }, 'frames')).toEqual([
    [
      'rates differ',
      true,
      'the clips are read frame by frame, regardless of display times. ' +
        'They have different rates (24, 60), so the motion is learned at different speeds.',
    ],
  ]);
});

test('frames that are spread have no stride', () => {
  expect(said([clip(24)], { ...asked, window: 'spread', stride: 2 }, 24)[1]).toEqual([
    'spread',
    false,
    'frames are spread over the whole clip (window: "spread"): "stride" has no effect.',
  ]);
});
