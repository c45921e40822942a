/** @file The reader of a model's settings, for fuzzing. */

import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { readJsonFile } from '../../src/checkpoints/json-file.ts';
import { openWeightFile, type WeightFile } from '../../src/checkpoints/weight-file.ts';
import { readNoiseSchedule } from '../../src/diffusion/noise-schedule.ts';
import { readBaseSettings } from '../../src/models/base-settings.ts';
import { readBeside } from '../../src/models/beside-file.ts';
import { textEncoderConfigSchema, unetConfigSchema, vaeConfigSchema } from '../../src/models/configs.ts';
import { recommendedSampling } from '../../src/pipelines/draw/sampling-settings.ts';
import { recommendedVideoSettings } from '../../src/pipelines/video/video-settings.ts';
import { testdata } from '../../src/testing/testdata.ts';
import { recommendedTraining } from '../../src/training/training-settings.ts';
import { clipConfigSchema } from '../evaluation/clip-config.ts';
import { build, buildText, buildUNet, buildVae } from './build-networks.ts';
import { badJson } from './damaged-json.ts';
import { fuzzing } from './fuzz.ts';

const json = (path: string): unknown => JSON.parse(readFileSync(testdata(`mini/tiny-sd/${path}`), 'utf8'));

const opened = new Map<string, Promise<WeightFile>>();
function tinyWeights(file: string): Promise<WeightFile> {
  if (!opened.has(file)) opened.set(file, openWeightFile(testdata(`mini/tiny-sd/${file}`)));
  return opened.get(file)!;
}

type Settings = readonly ['unet' | 'vae' | 'text' | 'clip' | 'scheduler' | 'lamp' | 'beside', Uint8Array];

const part = (name: Settings[0], ...valid: unknown[]): fc.Arbitrary<Settings> =>
  badJson(...valid).map((bytes) => [name, bytes] as const);

const lamp = {
  size: { width: 64, height: 64 },
  training: { steps: 100, learningRate: 1e-4 },
  video: { guidance: 7.5, sampler: 'ddim' },
  image: { steps: 20 },
};

/** Settings are read, and the network they describe is built on the weights of a small model. */
export const configReader = fuzzing<Settings>({
  name: 'config',
  inputs: fc.oneof(
    part('unet', json('unet/config.json')),
    part('vae', json('vae/config.json')),
    part('text', json('text_encoder/config.json')),
    part('clip', {
      projection_dim: 8,
      text_config: json('text_encoder/config.json'),
      vision_config: { image_size: 32 },
    }),
    part('scheduler', json('scheduler/scheduler_config.json'), { trained_betas: [0.1, 0.2, 0.3] }),
    part('lamp', lamp),
    part('beside', {
      unet: { layers_per_block: 1 },
      scheduler: { prediction_type: 'epsilon' },
      tokenizer: 'tokenizer',
    }),
  ),
  async read([kind, bytes], path) {
    const file = path(kind === 'lamp' ? 'lamp.json' : 'x.lamp.json');
    writeFileSync(file, bytes);
    if (kind === 'unet') {
      const config = await readJsonFile(file, unetConfigSchema, 'the settings');
      build(await tinyWeights('unet/diffusion_pytorch_model.safetensors'), buildUNet, config);
    } else if (kind === 'vae') {
      const config = await readJsonFile(file, vaeConfigSchema, 'the settings');
      build(await tinyWeights('vae/diffusion_pytorch_model.safetensors'), buildVae, config);
    } else if (kind === 'text') {
      const config = await readJsonFile(file, textEncoderConfigSchema, 'the settings');
      build(await tinyWeights('text_encoder/model.safetensors'), buildText, config);
    } else if (kind === 'clip') await readJsonFile(file, clipConfigSchema, 'the settings');
    else if (kind === 'beside') await readBeside(path('x.safetensors'));
    else if (kind === 'lamp') {
      const settings = await readBaseSettings(path('.'));
      for (const part of [recommendedTraining, recommendedVideoSettings, recommendedSampling]) part(settings);
    } else {
      const { alphasCumprod, finalAlphaCumprod } = await readNoiseSchedule(file);
      const wrong = [...alphasCumprod, finalAlphaCumprod].find((alpha) => !(alpha >= 0 && alpha <= 1));
      if (wrong !== undefined) throw new Error(`read, but inconsistent: a share of ${wrong}`);
    }
  },
});
