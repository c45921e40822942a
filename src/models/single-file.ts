/**
 * @file A whole text-to-image model in one file, with original Stable Diffusion names (1.x, 2.x and XL). Such a file
 * contains only weights: the configuration is inferred from their shapes, the tokenizer is CLIP's own, and a JSON file
 * beside it may specify what cannot be inferred.
 */

import { realpath } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { checkJson } from '../checkpoints/json-file.ts';
import { openSafetensors } from '../checkpoints/safetensors.ts';
import { findTensors } from '../checkpoints/tensor-file.ts';
import type { TensorPlaces } from '../checkpoints/tensor-place.ts';
import { weightsAt } from '../checkpoints/weight-file.ts';
import { CheckpointError } from '../errors.ts';
import { notice, type OnEvent } from '../events.ts';
import type { Shape } from '../graph/host-tensor.ts';
import { phrase, setting } from '../phrases.ts';
import { type BesideSettings, besideFile, readBeside } from './beside-file.ts';
import { clipTokenizer, clipVocabularySize } from './clip-tokenizer.ts';
import { type Component, withCheckpoint } from './component.ts';
import {
  projectedTextEncoderConfigSchema,
  type TextEncoderConfig,
  textEncoderConfigSchema,
  unetConfigSchema,
  vaeConfigSchema,
} from './configs.ts';
import type { ModelParts } from './model-parts.ts';
import { textEncoderConfigOf, unetConfigOf, vaeConfigOf } from './original-configs.ts';
import { type OriginalParts, originalParts } from './original-parts.ts';
import { wholeUNet } from './other-models.ts';
import { type ClipTokenizer, loadTokenizer } from './tokenizer.ts';

export { isSingleFile } from './original-parts.ts';

/**
 * Opens a model in one file. Weights are neither copied nor converted, only renamed. Throws `CheckpointError` when the
 * file is damaged or not a model of this kind. Assumptions and the use of averaged weights are reported as notices.
 */
export async function openSingleFile(path: string, onEvent?: OnEvent): Promise<ModelParts> {
  const places = await findTensors(path);
  const beside = await readBeside(path);
  await refuseMotion(places, path);
  const parts = originalParts(places, path);
  if (parts.averaged) {
    const message = `"${basename(path)}" holds averaged (EMA) weights of its U-Net and no plain ones; they are used`;
    onEvent?.(notice(message));
  }
  const real = await realpath(path);
  const open = async <Config>(
    what: string,
    part: TensorPlaces,
    settings: (shapes: ReadonlyMap<string, Shape>) => Readonly<Record<string, unknown>>,
    schema: z.ZodType<Config>,
    over: Readonly<Record<string, unknown>>,
  ): Promise<Component<Config>> => {
    const weights = await weightsAt(real, part);
    const subject = `${what} of "${path}", read off its weights`;
    const seen = withCheckpoint(weights, () => settings(weights.shapes));
    return { weights, config: checkJson({ ...seen, ...over }, schema, subject) };
  };
  const textEncoder = await open(
    'the text encoder',
    parts.textEncoder,
    (shapes) => textEncoderConfigOf(shapes, parts.kind),
    textEncoderConfigSchema,
    beside.text_encoder,
  );
  const encoder2 =
    parts.secondTextEncoder &&
    (await open(
      'the second text encoder',
      parts.secondTextEncoder,
      (shapes) => textEncoderConfigOf(shapes, 'openClip', { projection: true }),
      projectedTextEncoderConfigSchema,
      beside.text_encoder_2,
    ));
  return {
    unet: await open('the U-Net', parts.unet, unetConfigOf, unetConfigSchema, beside.unet),
    vae: await open('the VAE', parts.vae, vaeConfigOf, vaeConfigSchema, {
      ...(encoder2 && { scaling_factor: scalingFactorXl }),
      ...beside.vae,
    }),
    textEncoder,
    tokenizer: await tokenizerFor(textEncoder.config, parts.kind, path, beside, 'tokenizer'),
    second: encoder2 && {
      encoder: encoder2,
      tokenizer: await tokenizerFor(encoder2.config, 'openClip', path, beside, 'tokenizer_2'),
      zerosForEmpty: true,
    },
    schedulerConfig: {
      beta_schedule: 'scaled_linear',
      beta_start: 0.00085,
      beta_end: 0.012,
      num_train_timesteps: 1000,
      set_alpha_to_one: false,
      steps_offset: 1,
      clip_sample: false,
      prediction_type: parts.kind === 'clip' ? 'epsilon' : assumedPrediction(path, beside.scheduler, onEvent),
      ...beside.scheduler,
    },
  };
}

/** Throws `CheckpointError` for a motion given in place of its base, recognised by its metadata. */
async function refuseMotion(places: TensorPlaces, path: string): Promise<void> {
  if ([...places.keys()].some((name) => wholeUNet.test(name))) return;
  // A PyTorch file has no metadata.
  const file = await openSafetensors(path).catch(() => undefined);
  if (file?.metadata.format !== 'lamp-motion') return;
  throw new CheckpointError({
    found: `"${path}" is a motion, not a base model`,
    setting: 'base',
    advice: phrase`Give it with ${setting('motion')}, and with ${setting('base')} the model that it was trained on.`,
  });
}

/** Scaling factor of XL's latents, which cannot be inferred from weights. */
const scalingFactorXl = 0.13025;

async function tokenizerFor(
  { vocab_size: size }: TextEncoderConfig,
  kind: OriginalParts['kind'],
  path: string,
  beside: BesideSettings,
  field: 'tokenizer' | 'tokenizer_2',
): Promise<ClipTokenizer> {
  const folder = beside[field];
  if (folder !== undefined) return loadTokenizer(resolve(dirname(path), folder));
  if (size === clipVocabularySize) return clipTokenizer(kind === 'openClip' ? '!' : '<|endoftext|>');
  throw new CheckpointError({
    found: `the text encoder in "${path}" knows ${size} tokens, and CLIP's tokenizer has ${clipVocabularySize}`,
    advice: `Name the folder of its own in "${besideFile(path)}": {"${field}": "…"}.`,
  });
}

/**
 * Prediction type of a 2.x model, which its weights do not show: noise if the file name contains "base" or 512, as with
 * the published models; else velocity.
 */
function assumedPrediction(
  path: string,
  scheduler: Readonly<Record<string, unknown>>,
  onEvent: OnEvent | undefined,
): string {
  const name = basename(path);
  const assumed = /512|base/i.test(name) ? 'epsilon' : 'v_prediction';
  if (scheduler.prediction_type === undefined) {
    const other = assumed === 'epsilon' ? 'v_prediction' : 'epsilon';
    onEvent?.(
      notice({
        found: `"${name}" is taken to predict ${assumed}, going by its name`,
        advice: `If pictures are noise, write {"scheduler": {"prediction_type": "${other}"}} into ${basename(besideFile(path))} beside it.`,
      }),
    );
  }
  return assumed;
}
