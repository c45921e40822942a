import { describe, expect, test } from 'vitest';
import { testdata } from '../testing/testdata.ts';
import { inspectClip } from './clip.ts';
import { clipWindow, framesAtRate, lowestRate, type TimedClip, type WindowSettings } from './clip-window.ts';

const clip = (framesPerSecond: number | null, frameCount: number, frameTimes?: number[]): TimedClip => ({
  path: 'a.mp4',
  frameCount,
  framesPerSecond,
  frameTimes,
});
const range = (count: number, stride = 1, first = 0) =>
  Array.from({ length: count }, (_, i) => first + i * stride);

describe('frames at a rate', () => {
  test('that is the clip’s own are all its frames', () => {
    for (const rate of [8, 10, 24_000 / 1001, 24, 25, 30_000 / 1001, 30, 50, 60, 1000 / 120]) {
      for (const count of [1, 2, 16, 299, 18_000]) {
        expect(framesAtRate(clip(rate, count), rate)).toEqual(range(count));
        // And at a rate that is the same but for the noise of computing.
        expect(framesAtRate(clip(rate, count), rate * (1 + 1e-12))).toEqual(range(count));
      }
    }
  });

  test('below the clip’s skip frames, above it repeat them, as a player shows them', () => {
    expect(framesAtRate(clip(60, 12), 30)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(framesAtRate(clip(60, 13), 24)).toEqual([0, 2, 5, 7, 10, 12]);
    expect(framesAtRate(clip(30, 10), 24)).toEqual([0, 1, 2, 3, 5, 6, 7, 8]);
    expect(framesAtRate(clip(24, 6), 60)).toEqual([0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4, 5, 5]);
    expect(framesAtRate(clip(25, 1), 10)).toEqual([0]);
  });

  test('take as many of each second of every clip', () => {
    for (const rate of [24_000 / 1001, 24, 25, 30_000 / 1001, 30, 50, 60]) {
      const taken = framesAtRate(clip(rate, Math.round(10 * rate)), 12);
      expect(taken.length).toBeGreaterThanOrEqual(120);
      expect(taken.length).toBeLessThanOrEqual(121);
      for (const [moment, frame] of taken.slice(0, 120).entries()) {
        expect(Math.abs(frame / rate - moment / 12)).toBeLessThan(1 / rate);
      }
    }
  });

  test('of uneven times: dropped frames, rests and slower parts last as long as they are shown', () => {
    const dropped = clip(30, 5, [0, 1 / 30, 2 / 30, 4 / 30, 5 / 30]);
    expect(framesAtRate(dropped, 30)).toEqual([0, 1, 2, 2, 3, 4]);
    expect(framesAtRate(dropped, 15)).toEqual([0, 2, 3]);
    expect(framesAtRate(dropped, 'frames')).toEqual([0, 1, 2, 3, 4]);
    expect(framesAtRate(clip(10, 4, [0, 0.5, 0.6, 0.7]), 10)).toEqual([0, 0, 0, 0, 0, 1, 2, 3]);
    const trembling = range(9).map((i) => i / 30 + (i % 2 ? 0.005 : -0.005));
    expect(framesAtRate(clip(30, 9, trembling), 30)).toEqual(range(9));
  });

  test('of folders of pictures are their pictures', () => {
    expect(framesAtRate(clip(null, 4), 24)).toEqual([0, 1, 2, 3]);
    expect(framesAtRate(clip(null, 4), 'frames')).toEqual([0, 1, 2, 3]);
  });

  test('are refused for impossible times', () => {
    expect(() => framesAtRate(clip(30, 2, [0, 1e9]), 30)).toThrow('clip "a.mp4" lasts 1000000000 seconds');
  });
});

test('the lowest rate of several', () => {
  expect(lowestRate([clip(60, 1), clip(null, 1), clip(24, 1)])).toBe(24);
  expect(lowestRate([clip(null, 1)])).toBe('frames');
});

describe('the window', () => {
  const settings: WindowSettings = {
    frames: 4,
    stride: 2,
    clipFps: 10,
    window: 'random',
    clipRange: 'whole',
  };

  test('of a clip of constant rate has the same frames as when frames are counted', async () => {
    const walking = await inspectClip(testdata('clips/walking/walk_out_01.mp4'));
    const { starts, framesFrom } = clipWindow(walking, settings);
    expect(starts).toBe(20 - 3 * 2);
    for (const start of [0, 7, 13]) expect(framesFrom(start)).toEqual(range(4, 2, start));
    const reference = clipWindow(walking, { ...settings, clipRange: 'reference' });
    expect(reference.starts).toBe(20 - 4 * 2);
    const signing = await inspectClip(testdata('clips/asl_signing/milk.mkv'));
    const signed = clipWindow(signing, { ...settings, clipFps: lowestRate([signing]) });
    expect([signed.starts, signed.framesFrom(44)]).toEqual([51 - 6, [44, 46, 48, 50]]);
  });

  test('may be at one place', () => {
    const at = (window: WindowSettings['window'], count = 20) => {
      const { starts, framesFrom } = clipWindow(clip(10, count), { ...settings, window });
      return [starts, framesFrom(0)];
    };
    expect(at('start')).toEqual([1, [0, 2, 4, 6]]);
    expect(at('middle')).toEqual([1, [6, 8, 10, 12]]);
    expect(at('middle', 7)).toEqual([1, [0, 2, 4, 6]]);
    expect(at('spread')).toEqual([1, [0, 6, 13, 19]]);
    expect(at('spread', 4)).toEqual([1, [0, 1, 2, 3]]);
  });

  test('counts the stride in frames at the rate', async () => {
    const [slow, fast] = [24, 60].map((rate) => testdata(`clips/timing/r${rate}.mp4`));
    const [r24, r60] = [await inspectClip(slow!), await inspectClip(fast!)];
    const clipFps = lowestRate([r24, r60]);
    expect(clipFps).toBe(24);
    const frames = { ...settings, clipFps, stride: 3 };
    expect(clipWindow(r24, frames)).toMatchObject({ starts: 24 - 9 });
    expect(clipWindow(r60, frames)).toMatchObject({ starts: 24 - 9 });
    expect(clipWindow(r24, frames).framesFrom(4)).toEqual([4, 7, 10, 13]);
    expect(clipWindow(r60, frames).framesFrom(4)).toEqual([10, 17, 25, 32]);
  });

  test('needs a clip that is long enough', () => {
    expect(() => clipWindow(clip(60, 12), { ...settings, clipFps: 24 })).toThrow(
      'clip "a.mp4" has 5 frames at 24 a second; expected at least 7, which 4 frames at stride 2 need. Use stride: 1, frames: 3, a higher "clipFps", or a longer clip.',
    );
    expect(() => clipWindow(clip(10, 3), { ...settings, window: 'spread' })).toThrow(
      'clip "a.mp4" has 3 frames; expected at least 4, which 4 frames at stride 1 need.',
    );
  });
});
