import { expect, test, vi } from 'vitest';
import type { ProgressEvent } from '../../events.ts';
import { openBaseModel } from '../../models/base-model.ts';
import { builtInBase } from '../../models/built-in-base.ts';
import { testdata } from '../../testing/testdata.ts';
import { drawingCost } from '../../training/complete-base.ts';
import { type VideoSettings, videoDefaults } from '../video/video-settings.ts';
import { resolveDrawSettings } from './draw-picture.ts';
import { farFrom, tellFarPictures, tellFarSize, videoFlops } from './far-size.ts';

// A machine of 100 GFLOP/s, of which half is reached.
vi.mock('../../runtime/speed.ts', () => ({
  measureSpeed: async () => ({ matmul: 1e11, convolution: 1e11 }),
}));

const base = await openBaseModel(testdata('mini/tiny-sd'));
const builtIn = await openBaseModel(builtInBase());
const size = (width: number, height: number) => ({ width, height });

/** What is told of a piece of work. */
async function told(work: (onEvent: (event: ProgressEvent) => void) => Promise<void>) {
  const events: ProgressEvent[] = [];
  await work((event) => void events.push(event));
  return events.map((event) => (event.type === 'notice' ? event.message : event.type));
}

test.each([
  [size(64, 64), false],
  [size(64, 128), false],
  [size(48, 80), false],
  [size(88, 88), false],
  [size(96, 96), true],
  [size(40, 40), true],
  [size(512, 512), true],
  [size(128, 56), true],
])('whether %j is far from a base of 64x64, and its double from one of 128x128', (asked, isFar) => {
  expect(farFrom(base, asked)).toEqual(isFar ? size(64, 64) : undefined);
  const double = size(2 * asked.width, 2 * asked.height);
  expect(farFrom(builtIn, double)).toEqual(isFar ? size(128, 128) : undefined);
});

test('no size is far from a base that does not say what it was trained on', () => {
  const { sample_size: _, ...config } = base.unet.config;
  const silent = { ...base, unet: { ...base.unet, config } };
  expect(farFrom(silent as typeof base, size(512, 512))).toBeUndefined();
});

test('the notice on a large size contains the time that the work will take, that on a small size does not', async () => {
  const work = (asked: { width: number; height: number }) => (onEvent: (event: ProgressEvent) => void) =>
    tellFarSize({ base: builtIn, size: asked, device: 'cpu', flops: () => 90 * 5e10 }, { onEvent });
  expect(await told(work(size(128, 128)))).toEqual([]);
  expect(await told(work(size(512, 512)))).toEqual([
    '512x512 is far from what the built-in model was trained on: what it draws may fall apart, and the work will take about 1 min 30 s; expected about 128x128.',
  ]);
  expect(await told(work(size(64, 64)))).toEqual([
    '64x64 is far from what the built-in model was trained on: what it draws may fall apart; expected about 128x128.',
  ]);
});

test('the arithmetic grows with the pixels, the steps and the frames', async () => {
  const small = drawingCost(base, size(64, 64));
  const large = drawingCost(base, size(256, 256));
  expect(small.step).toBeGreaterThan(0);
  expect(large.step / small.step).toBeGreaterThan(15);
  expect(large.decode / small.decode).toBeGreaterThanOrEqual(15.9);
  const shape = { frames: 4, ...size(64, 64) };
  const flops = (more: Partial<VideoSettings>) =>
    videoFlops(base, shape, { ...videoDefaults, samplerSteps: 10, ...more });
  const predictions = (count: number) => 4 * (count * small.step + small.decode);
  expect(flops({ guidance: 1 })).toBe(predictions(10));
  expect(flops({ guidance: 7 })).toBe(predictions(20));
  expect(flops({ guidance: 7, finishAt: 500 })).toBe(predictions(10));
  expect(flops({ guidance: 7, guidanceStart: 600, guidanceEnd: 200 })).toBe(predictions(14));
  expect(flops({ guidance: 7, guidanceStart: 600, guidanceEnd: 200, finishAt: 400 })).toBe(predictions(8));
  expect(flops({ guidance: 7, guidanceStart: 300, finishAt: 400 })).toBe(predictions(6));
  expect(flops({ guidance: 1, deepEvery: 2 })).toBeCloseTo(predictions(10 * 0.54), -3);
  const requests = [
    { prompt: 'x', samplerSteps: 2, guidance: 7 },
    { prompt: 'y', samplerSteps: 3, guidance: 1 },
  ];
  expect(resolveDrawSettings(requests[1]!, {})).toMatchObject({ samplerSteps: 3, guidance: 1 });
  const messages = await told((onEvent) =>
    tellFarPictures({ base, requests, size: size(256, 256), device: 'cpu' }, { onEvent }),
  );
  const seconds = Math.round((7 * large.step + 2 * large.decode) / 5e10);
  expect(messages).toEqual([
    expect.stringMatching(new RegExp(`the work will take about ${seconds} s; expected about 64x64`)),
  ]);
});
