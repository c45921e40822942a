import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { inspectClip } from './clip.ts';
import { timingOf, variableRate } from './frame-times.ts';

const at = await testFolder();

test('clips of a constant rate are evenly timed', async () => {
  for (const [clip, rate] of [
    ['clips/walking/walk_out_01.mp4', 10],
    ['clips/asl_signing/milk.mkv', 30], // Matroska rounds to milliseconds: 33, 33, 34.
    ['../lab/assets/world/shapes/a_penguin_0.gif', 1000 / 120],
  ] as const) {
    const info = await inspectClip(testdata(clip));
    expect(info.framesPerSecond).toBeCloseTo(rate, 10);
    expect([info.frameTimes, info.variableRate, info.rests]).toEqual([undefined, undefined, undefined]);
  }
});

describe.each(['gif', 'webp'] as const)('an animated %s', (format) => {
  const animation = async (...delay: number[]) => {
    // libvips remembers what it read at a path.
    const path = at(`${delay.join('-').slice(0, 60)}.${format}`);
    const height = 4 * delay.length;
    const data = new Uint8Array(4 * height * 3).map((_, i) => 7 * Math.floor(i / 48));
    const raw = { width: 4, height, channels: 3, pageHeight: 4 } as const;
    await sharp(data, { raw })
      .toFormat(format, { delay, keepDuplicateFrames: true, lossless: true })
      .toFile(path);
    const { frameCount, framesPerSecond, durationSeconds, frameTimes, rests, variableRate } =
      await inspectClip(path);
    return { frameCount, framesPerSecond, durationSeconds, frameTimes, rests, variableRate };
  };

  test('that rests on its last frame has the rate of the others', async () => {
    expect(await animation(100, 100, 100, 100, 2000)).toEqual({
      frameCount: 5,
      framesPerSecond: 10,
      durationSeconds: 0.5,
      rests: [{ frame: 4, seconds: 2 }],
    });
    expect((await animation(40, 40, 1000)).framesPerSecond).toBe(25);
    expect((await animation(50, 3000)).framesPerSecond).toBe(20);
  });

  test('that rests on its first or another frame too', async () => {
    expect(await animation(1500, 50, 50, 50, 50)).toEqual({
      frameCount: 5,
      framesPerSecond: 20,
      durationSeconds: 1.7,
      frameTimes: [0, 1.5, 1.55, 1.6, 1.65],
      rests: [{ frame: 0, seconds: 1.5 }],
    });
    const { framesPerSecond, rests } = await animation(100, 100, 900, 100, 100, 100, 2500);
    expect([framesPerSecond, rests]).toEqual([
      10,
      [
        { frame: 2, seconds: 0.9 },
        { frame: 6, seconds: 2.5 },
      ],
    ]);
  });

  test('with uneven times has a variable rate', async () => {
    const { variableRate, frameTimes } = await animation(50, 100, 200, 100, 50, 100);
    expect(variableRate).toEqual({ slowest: 5, fastest: 20 });
    expect(frameTimes).toEqual([0, 0.05, 0.15, 0.35, 0.45, 0.5]);
  });

  test('whose delays are rounded is of the rate they stand for', async () => {
    const delays = Array.from({ length: 24 }, (_, i) => {
      const ends = [i, i + 1].map((frame) => 10 * Math.round((100 * frame) / 24));
      return ends[1]! - ends[0]!;
    });
    expect(await animation(...delays)).toEqual({ frameCount: 24, framesPerSecond: 24, durationSeconds: 1 });
    // Delays that are all the same are not rounded.
    expect((await animation(70, 70, 70)).framesPerSecond).toBeCloseTo(1000 / 70, 10);
  });

  test('of one frame has a rate', async () => {
    expect((await animation(100)).framesPerSecond).toBe(10);
  });
});

test('a GIF that rests on its last frame, as it was found', async () => {
  expect(await inspectClip(testdata('clips/timing/rest-on-last-frame.gif'))).toMatchObject({
    frameCount: 16,
    framesPerSecond: 10,
    rests: [{ frame: 15, seconds: 3 }],
  });
});

test('a dropped frame is no variable rate, but is seen in the times', () => {
  const times = Array.from({ length: 60 }, (_, i) => (i < 20 ? i : i + 1) / 30);
  const timing = timingOf(times, 1 / 30, 1e-5);
  expect(timing.framesPerSecond).toBe(30);
  expect(timing.variableRate).toBeUndefined();
  expect(timing.frameTimes!.slice(19, 21)).toEqual([0.633333, 0.7]);
});

test('times with jitter count as even, and unusual rates are kept', () => {
  const times = Array.from({ length: 90 }, (_, i) => i / 29.97 + 0.004 * Math.sin(i));
  expect(timingOf(times, 1 / 30, 1e-6).frameTimes).toBeUndefined();
  expect(timingOf([0, 1 / 27.5, 2 / 27.5, 3 / 27.5], 1 / 27.5, 1e-6).framesPerSecond).toBeCloseTo(27.5, 6);
  const ntsc = Array.from({ length: 90 }, (_, i) => Math.round((i * 1001) / 24) / 1000);
  expect(timingOf(ntsc, 0.042, 0.001).framesPerSecond).toBe(24_000 / 1001);
});

test('rates that vary', () => {
  const intervals = Array<number>(60).fill(1 / 30);
  intervals[20] = 2 / 30;
  expect(variableRate(intervals)).toBeUndefined();
  expect(variableRate([...intervals, ...Array<number>(20).fill(1 / 15)])?.slowest).toBeCloseTo(15);
  expect(variableRate([])).toBeUndefined();
  // 30 frames a second in the hundredths of a second of a GIF.
  const rounded = Array.from({ length: 60 }, (_, i) => [0.03, 0.04, 0.03][i % 3]!);
  expect(variableRate(rounded, 0.01)).toBeUndefined();
  expect(variableRate(rounded)).toBeDefined();
});

test('times that are all the same, or one alone, have a rate', () => {
  expect(timingOf([1, 1, 1], 0.04, 1e-3).framesPerSecond).toBe(25);
  expect(timingOf([0], 0, 1e-3).framesPerSecond).toBe(1);
});
