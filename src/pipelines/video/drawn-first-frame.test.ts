import { beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../errors.ts';
import type { ProgressEvent } from '../../events.ts';
import { resizePicture } from '../../media/resize.ts';
import { type BaseModel, openBaseModel } from '../../models/base-model.ts';
import { motionVariants } from '../../motion/variant.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { lampMotion, untrainedMotion } from '../../testing/test-motions.ts';
import { testdata } from '../../testing/testdata.ts';
import { writeTinyXl } from '../../testing/tiny-xl.ts';
import { drawPicture } from '../draw/draw-picture.ts';
import { firstFrameSize } from './drawn-first-frame.ts';
import { videoGenerator } from './video-pipeline.ts';

const at = await testFolder();
let xl: BaseModel;
let base: BaseModel;
beforeAll(async () => {
  await writeTinyXl(at('tiny-xl'));
  xl = await openBaseModel(at('tiny-xl'));
  base = await openBaseModel(testdata('mini/tiny-sd'));
});

describe('the size of a first frame', () => {
  /** With the levels and the own size of Stable Diffusion XL. */
  const real = () => ({
    base: {
      ...xl,
      settings: { ...xl.settings, size: { width: 1024, height: 1024 } },
      vae: { ...xl.vae, config: { ...xl.vae.config, block_out_channels: [1, 1, 1, 1] } },
    },
  });

  test.each([
    [512, 320, 1280, 800],
    [512, 512, 1024, 1024],
    [256, 256, 1024, 1024],
    [320, 512, 800, 1280],
    [1920, 1080, 1376, 768],
  ])('has the aspect ratio of a video of %ix%i and as many pixels as the model: %ix%i', (...numbers) => {
    const [width, height, drawnWidth, drawnHeight] = numbers as [number, number, number, number];
    expect(firstFrameSize(real(), { width, height })).toEqual({ width: drawnWidth, height: drawnHeight });
  });

  test('may be given, if the VAE supports it', () => {
    const size = { width: 1216, height: 832 };
    expect(firstFrameSize({ ...real(), size }, { width: 64, height: 64 })).toBe(size);
    const odd = () => firstFrameSize({ ...real(), size: { width: 1217, height: 832 } }, size);
    expect(odd).toThrow(UsageError);
    expect(odd).toThrow(/Use firstFrameSize: \{ width: 1216, height: 832 \}/);
  });

  test('must be given for a model whose size is unknown', () => {
    const silent = { ...xl, unet: { ...xl.unet, config: { ...xl.unet.config, sample_size: null } } };
    expect(() => firstFrameSize({ base: silent }, { width: 64, height: 64 })).toThrow(
      /Give "firstFrameSize"/,
    );
  });
});

test('Stable Diffusion XL draws a picture', async () => {
  const size = { width: 32, height: 24 };
  const request = { prompt: 'a horse', samplerSteps: 2 };
  const one = await drawPicture(xl, request, size);
  expect(one).toMatchObject(size);
  expect(await drawPicture(xl, request, size)).toEqual(one);
  expect(await drawPicture(xl, { ...request, prompt: 'a waterfall' }, size)).not.toEqual(one);
  expect(await drawPicture(xl, { ...request, samplerSteps: 3, sampler: 'ddim' }, size)).not.toEqual(one);
});

describe('a video whose first frame another model draws', () => {
  const video = { width: 64, height: 40 };
  const request = { prompt: 'a horse runs', samplerSteps: 1, drawing: { samplerSteps: 2 } };

  test('begins with its picture, resized, and stores how it was drawn', async () => {
    const motion = await untrainedMotion(base, motionVariants.lamp);
    const generator = await videoGenerator(base, () => lampMotion(motion), { frames: 2, ...video });
    const events: ProgressEvent[] = [];
    const onEvent = (event: ProgressEvent) => void events.push(event);
    const { frames, settings } = await generator.generate(
      { ...request, firstFrameBase: { base: xl }, seed: 3 },
      { onEvent },
    );
    const drawn = await drawPicture(
      xl,
      { prompt: 'a horse runs', samplerSteps: 2, seed: 3 },
      { width: 40, height: 24 },
    );
    const given = await generator.generate({ ...request, firstFrame: drawn, seed: 3 });
    expect(frames).toEqual(given.frames);
    expect(frames).toEqual(
      (await generator.generate({ ...request, firstFrame: await resizePicture(drawn, video), seed: 3 }))
        .frames,
    );
    await generator.dispose();
    expect(settings.firstFrame).toMatchObject({
      ...given.settings.firstFrame,
      drawn: {
        prompt: 'a horse runs',
        samplerSteps: 2,
        seed: 3,
        width: 40,
        height: 24,
        base: { name: 'tiny-xl' },
      },
    });
    expect(JSON.stringify(settings.firstFrame)).toContain('textEncoder2');
    expect(settings.base.name).toBe('tiny-sd');
    expect(
      events.some((event) => event.type === 'progress' && event.stage === 'drawing the first frame'),
    ).toBe(true);
  });

  test('is not drawn for a motion that draws it like the others, which a notice says', async () => {
    const motion = await untrainedMotion(base, motionVariants.lamp);
    const drawsFirst = { variant: motionVariants['no-first-frame'], values: motion };
    const generator = await videoGenerator(base, () => drawsFirst, { frames: 2, ...video });
    const events: ProgressEvent[] = [];
    const onEvent = (event: ProgressEvent) => void events.push(event);
    const { settings } = await generator.generate({ ...request, firstFrameBase: { base: xl } }, { onEvent });
    await generator.dispose();
    expect(settings.firstFrame).toEqual({ kind: 'none' });
    expect(events.filter(({ type }) => type === 'notice')).toMatchObject([{ setting: 'firstFrameBase' }]);
  });

  test('does not make XL a base for motions', async () => {
    const motion = await untrainedMotion(base, motionVariants.lamp);
    await expect(videoGenerator(xl, () => lampMotion(motion), { frames: 2, ...video })).rejects.toThrow(
      /the base "tiny-xl" is a Stable Diffusion XL model; expected Stable Diffusion 1\.x or 2\.x, which motions are for/,
    );
  });
});
