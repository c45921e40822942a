import { cp, mkdir, readdir } from 'node:fs/promises';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { CheckpointError, MediaError, UsageError } from '../errors.ts';
import { drawImage, type InspectOptions, inspect, learnMotion } from '../index.ts';
import { type BaseModel, openBaseModel } from '../models/base-model.ts';
import { stableDiffusionUNet } from '../models/stable-diffusion-unet.ts';
import { motionVariants } from '../motion/variant.ts';
import { tinyBase } from '../testing/library-models.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { thrownBy } from '../testing/thrown-by.ts';
import { writeTinyXl } from '../testing/tiny-xl.ts';
import type { BaseInspection } from './inspect-base.ts';
import { whatFits } from './what-fits.ts';

// Measuring the machine takes seconds and tells nothing here.
vi.mock('../runtime/speed.ts', () => ({ measureSpeed: async () => ({ matmul: 1e11, convolution: 1e11 }) }));

const at = await testFolder();
const walking = testdata('clips/walking/walk_out_01.mp4');

beforeAll(async () => {
  const size = { frames: 2, width: 16, height: 16 };
  await learnMotion({
    base: tinyBase,
    clips: [walking],
    prompt: 'a person walks',
    steps: 2,
    ...size,
    out: at('run'),
  });
});

test('a base model, and what training on it costs', async () => {
  const found = await inspect({ path: tinyBase, frames: 4, width: 64, height: 32 });
  const { fingerprint } = await openBaseModel(tinyBase);
  expect(found).toMatchObject({
    ...{ kind: 'base', path: tinyBase, name: 'tiny-sd', fingerprint },
    unet: { parameters: 139_940, dtypes: ['float32'], blockOutChannels: [8, 16, 16, 16], textWidth: 16 },
    vae: { factor: 8, latentChannels: 4 },
    textEncoder: { layers: 2, width: 16 },
    ...{ tokens: 77, timesteps: 1000, predictionType: 'epsilon', recommended: {} },
    training: {
      estimate: true,
      frames: 4,
      width: 64,
      height: 32,
      device: 'cpu',
      machineFlopsPerSecond: 1e11,
    },
  });
  const { training } = found as BaseInspection;
  expect(training).toMatchObject({ optimizer: 'adamw' });
  const lion = await inspect({ path: tinyBase, frames: 4, width: 64, height: 32, optimizer: 'lion' });
  const { parameters, plain } = training!;
  expect(lion).toMatchObject({
    training: { optimizer: 'lion', parameters, plain: { bytes: plain.bytes - 4 * parameters } },
  });
  expect(await inspect({ path: 'built-in' })).toMatchObject({
    kind: 'base',
    path: 'built-in',
    name: 'built-in',
  });
});

test('which pictures Stable Diffusion XL draws in an amount of memory', async () => {
  await writeTinyXl(at('xl'));
  const { fits, training } = (await inspect({
    path: at('xl'),
    width: 64,
    height: 64,
    forMemory: '4GB',
  })) as BaseInspection;
  expect(training).toBeUndefined();
  expect(fits).toMatchObject({ bytes: 4e9, videos: [] });
  expect(fits!.pictures).toMatchObject([{ width: 64, height: 64, draw: { memory: 'fast' } }]);
  const { pictures } = whatFits(await openBaseModel(at('xl')), {
    bytes: 0.55e9,
    variant: motionVariants.lamp,
    rank: 0,
    batch: 1,
    seconds: () => 1,
  });
  expect(pictures.map(({ draw }) => draw?.memory)).not.toContain('fast');
});

test('what fits into an amount of memory', async () => {
  const found = async (forMemory: string | number, more = {}) => {
    const { fits } = (await inspect({
      path: tinyBase,
      width: 64,
      height: 32,
      forMemory,
      ...more,
    })) as BaseInspection;
    return fits!;
  };
  const { bytes, videos } = await found('2GB');
  expect(bytes).toBe(2e9);
  expect(videos.map(({ frames, width, height }) => [frames, width, height])).toEqual([
    [8, 64, 32],
    [16, 64, 32],
    [32, 64, 32],
  ]);
  for (const { train, generate } of videos) {
    expect(train).toMatchObject({ memory: 'fast', rank: 0 });
    expect(generate).toMatchObject({ memory: 'fast', rank: 0 });
    expect(generate!.bytes).toBeLessThan(train!.bytes);
  }
  expect((await found(2e9, { frames: 4 })).videos.map(({ frames }) => frames)).toEqual([4]);
  const withRank = await found('2GB', { rank: 4 });
  expect(withRank.videos[0]!.train).toMatchObject({ memory: 'fast', rank: 4 });
  await expect(found('a lot')).rejects.toThrow(/expected an amount of memory such as 12GB/);
  await expect(found(12)).rejects.toThrow(UsageError);
});

test('of Stable Diffusion, less memory takes a slower way, then less state, then factors, then nothing', async () => {
  const base = {
    unet: await stableDiffusionUNet(),
    vae: { config: { block_out_channels: [1, 1, 1, 1] } },
    tokenizer: { maxLength: 77 },
    settings: { size: { width: 512, height: 512 } },
  } as unknown as BaseModel;
  const how = { variant: motionVariants.lamp, rank: 0, batch: 1, seconds: (flops: number) => flops / 1e12 };
  const video = { frames: 16, size: { width: 512, height: 320 } };
  const ways = [64, 36, 16, 8, 6, 1.5].map((gigabytes) => {
    const { train, generate } = whatFits(base, { bytes: gigabytes * 1e9, ...video, ...how }).videos[0]!;
    return [train && `${train.memory} ${train.rank} ${train.optimizer}`, generate?.memory];
  });
  expect(ways).toEqual([
    ['fast 0 adamw', 'fast'],
    ['balanced 0 adamw', 'fast'],
    ['low 0 adamw', 'fast'],
    ['low 0 adamw-8bit', 'low'],
    ['low 32 adamw', 'low'],
    [undefined, undefined],
  ]);
  const sizes = whatFits(base, { bytes: 8e9, frames: 8, ...how }).videos;
  expect(sizes.map(({ width, height }) => `${width}x${height}`)).toEqual([
    '256x256',
    '512x320',
    '512x512',
    '768x512',
  ]);
});

test('a run, its motion, and a saved state of it', async () => {
  const run = await inspect({ path: at('run') });
  expect(run).toMatchObject({
    ...{ kind: 'run', path: at('run'), stepsTaken: 2, lastMetrics: { step: 2 }, meanLoss: { steps: 2 } },
    settings: { prompt: 'a person walks', steps: 2 },
    clips: [{ frameCount: 20 }],
  });
  expect(await inspect({ path: at('run/motion.safetensors') })).toMatchObject({
    ...{ kind: 'motion', prompt: 'a person walks', frames: 2, steps: 2, baseName: 'tiny-sd' },
    ...{ variant: motionVariants.lamp, parameters: 44_461, tensors: 240, bytes: expect.any(Number) },
  });
  const [state] = await readdir(at('run/checkpoints'));
  const saved = at(`run/checkpoints/${state}`);
  expect(await inspect({ path: saved })).toMatchObject({ kind: 'checkpoint', step: 2, run: at('run') });
  await mkdir(at('elsewhere'));
  await cp(saved, at('elsewhere/state.safetensors'));
  expect(await inspect({ path: at('elsewhere/state.safetensors') })).not.toHaveProperty('run');
});

describe('clips and pictures', () => {
  test('a clip, with notes in parts', async () => {
    const found = await inspect({ path: testdata('clips/timing/edit-list.mp4'), frames: 8 });
    expect(found).toMatchObject({
      ...{
        kind: 'clip',
        clipKind: 'video',
        frameCount: 38,
        storedFrames: 56,
        videoFrames: 8,
        largestStride: 5,
      },
      notes: [{ kind: 'edit list', serious: false, found: [expect.stringContaining('38 frames of the 56')] }],
    });
    expect(found).not.toHaveProperty('frameTimes');
  });

  test('a folder of clips, as examineClips finds it', async () => {
    const found = await inspect({ path: testdata('clips/walking') });
    expect(found).toMatchObject({
      kind: 'clips',
      frames: 16,
      clipFps: 10,
      alike: [],
      notes: [{ kind: 'rate' }],
    });
  });

  test('a picture, and how it was drawn', async () => {
    await drawImage({
      base: tinyBase,
      prompt: 'a cat',
      width: 16,
      height: 24,
      samplerSteps: 1,
      out: at('cat.png'),
    });
    const found = await inspect({ path: at('cat.png') });
    expect(found).toMatchObject({
      kind: 'picture',
      width: 16,
      height: 24,
      lamp: { prompt: 'a cat', seed: 0 },
    });
    const other = await inspect({ path: testdata('pictures/sampling/jpeg-420.jpg') });
    expect(other).toEqual({ kind: 'picture', path: other.path, width: 37, height: 35 });
  });
});

test.each([
  [{ path: at('nowhere') }, MediaError, /there is nothing at/],
  [{ path: at('nowhere.ckpt') }, CheckpointError, /there is nothing at/],
  [{ path: '' }, UsageError, /a path that is not empty/],
  [{ path: walking, frames: 1 }, UsageError, /"frames" is 1; expected a whole number from 2 to 10000/],
  [{ path: walking, size: '16x16' }, UsageError, /does not know the option "size"/],
])('%j is refused', async (options, kind, message) => {
  const error = await thrownBy(inspect(options as InspectOptions));
  expect(error).toBeInstanceOf(kind);
  expect(error.message).toMatch(message);
});
