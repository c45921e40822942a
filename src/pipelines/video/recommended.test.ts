import { cp, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { CheckpointError } from '../../errors.ts';
import { type BaseModel, openBaseModel } from '../../models/base-model.ts';
import { motionVariants } from '../../motion/variant.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { lampMotion, randomMotion } from '../../testing/test-motions.ts';
import { testdata } from '../../testing/testdata.ts';
import { presets, trainingDefaults } from '../../training/training-settings.ts';
import { drawPictures, resolveDrawSettings } from '../draw/draw-picture.ts';
import { newSettings } from '../train/prepare-training.ts';
import { videoGenerator } from './video-pipeline.ts';
import type { VideoRequest } from './video-request.ts';
import { resolveVideoSettings, videoDefaults } from './video-settings.ts';

const path = await testFolder();
const given = { clips: ['c'], prompt: 'p' };
const lamp = {
  size: { width: 16, height: 16 },
  training: { learningRate: 1e-3, steps: 300, schedule: 'cosine', flipProbability: 0 },
  video: { samplerSteps: 2, guidance: 1, alignment: 'off', histogramMatching: false },
  image: { samplerSteps: 3, guidance: 2 },
};
let base: BaseModel;

/** A tiny model that recommends this. */
async function modelWith(name: string, content: unknown): Promise<string> {
  await cp(testdata('mini/tiny-sd'), path(name), { recursive: true });
  await writeFile(path(`${name}/lamp.json`), JSON.stringify(content));
  return path(name);
}

beforeAll(async () => {
  base = await openBaseModel(await modelWith('base', lamp));
});

describe('training', () => {
  const settings = (more: object, useRecommended?: boolean) =>
    newSettings({
      settings: { ...given, base: base.folder, ...more },
      ...(useRecommended !== undefined && { useRecommended }),
    });

  test('takes what the base recommends, and the defaults for the rest', async () => {
    expect(await settings({})).toMatchObject({ ...lamp.size, ...lamp.training, weightDecay: 0.01 });
  });

  test('given values take precedence; undefined counts as not given', async () => {
    const mixed = { steps: 7, width: 32, schedule: undefined };
    expect(await settings(mixed)).toMatchObject({ steps: 7, width: 32, height: 16, schedule: 'cosine' });
  });

  test('can ignore the recommendations', async () => {
    expect(await settings(presets.reference, false)).toEqual({
      ...trainingDefaults,
      ...presets.reference,
      ...given,
      base: base.folder,
    });
  });

  test.each([
    ['learningRate', { learningRate: -1 }, /lamp\.json", .*training\.learningRate/],
    ['prompt, which is not its to say', { prompt: 'x' }, /lamp\.json", .*"training" .*"prompt"/],
    ['width, which has its own place', { width: 64 }, /lamp\.json", .*"training" .*"width"/],
  ])('refuses a wrong %s by name', async (name, training, message) => {
    const folder = await modelWith(`wrong ${name}`, { training });
    const refused = newSettings({ settings: { ...given, base: folder } });
    await expect(refused).rejects.toThrow(CheckpointError);
    await expect(refused).rejects.toThrow(message);
  });
});

describe('videos', () => {
  test('take what the base recommends, also for drawing the first frame', async () => {
    const motion = randomMotion(base, 1, motionVariants.lamp);
    const make = async (request: VideoRequest, useRecommended: boolean) => {
      const options = { frames: 2, ...lamp.size, useRecommended };
      const generator = await videoGenerator(base, () => lampMotion(motion), options);
      try {
        return (await generator.generate(request)).settings;
      } finally {
        await generator.dispose();
      }
    };
    const made = await make({ prompt: 'p', noiseShare: 0.5 }, true);
    expect(made).toMatchObject({ ...lamp.video, sampler: 'ddim', noiseShare: 0.5 });
    expect(made.firstFrame).toMatchObject({ ...lamp.image, sampler: 'dpm++' });
    const plain = await make({ prompt: 'p', samplerSteps: 1, drawing: { samplerSteps: 1 } }, false);
    expect(plain).toMatchObject({ ...videoDefaults, samplerSteps: 1 });
    expect(plain.firstFrame).toMatchObject({ guidance: 7.5, samplerSteps: 1 });
  });

  test('of another sampler take neither its steps nor its noise', () => {
    const ofBase = { samplerSteps: 10, eta: 0.5, guidance: 3 };
    expect(resolveVideoSettings({}, ofBase)).toMatchObject({ sampler: 'ddim', ...ofBase });
    expect(resolveVideoSettings({ sampler: 'ddim' }, ofBase)).toMatchObject(ofBase);
    const other = { sampler: 'dpm++', samplerSteps: 25, eta: 0, guidance: 3 };
    expect(resolveVideoSettings({ sampler: 'dpm++' }, ofBase)).toMatchObject(other);
    expect(
      resolveDrawSettings({ prompt: '', sampler: 'dpm++' }, { sampler: 'ddim', ...ofBase }),
    ).toMatchObject(other);
  });

  test('refuse a wrong field by name', async () => {
    const model = await openBaseModel(await modelWith('wrong video', { video: { guidence: 1 } }));
    const refused = videoGenerator(model, () => lampMotion(new Map()), { frames: 2, ...lamp.size });
    await expect(refused).rejects.toThrow(/lamp\.json", .*"video" .*"guidence"/);
  });
});

test('pictures take what the base recommends', async () => {
  for await (const { settings } of drawPictures(base, [{ prompt: 'p', guidance: 1 }], lamp.size)) {
    expect(settings).toMatchObject({ ...lamp.size, sampler: 'dpm++', samplerSteps: 3, guidance: 1 });
  }
});
