/**
 * @file A whole text-to-image model in one file, with the names of the first Stable Diffusion files (1.x and 2.x). Such a
 * file holds nothing but weights: settings are read off the weights' shapes, the tokenizer is CLIP's own, and a JSON file
 * beside it may say what cannot be known.
 */
import { realpath } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { checkJson } from '../checkpoints/json-file.ts';
import { findTensors } from '../checkpoints/tensor-file.ts';
import type { TensorPlaces } from '../checkpoints/tensor-place.ts';
import { weightsAt } from '../checkpoints/weight-file.ts';
import { CheckpointError } from '../errors.ts';
import type { OnEvent } from '../events.ts';
import type { Shape } from '../graph/host-tensor.ts';
import type { ModelParts } from './base-model.ts';
import { besideFile, readBeside } from './beside-file.ts';
import { clipTokenizer, clipVocabularySize } from './clip-tokenizer.ts';
import { type Component, withCheckpoint } from './component.ts';
import {
  type TextEncoderConfig,
  textEncoderConfigSchema,
  unetConfigSchema,
  vaeConfigSchema,
} from './configs.ts';
import { textEncoderConfigOf, unetConfigOf, vaeConfigOf } from './original-configs.ts';
import { renameClip, renameOpenClip, renameUNet, renameVae } from './original-names.ts';
import { type ClipTokenizer, loadTokenizer } from './tokenizer.ts';

/**
 * Opens a model in one file. No weight is copied or converted: its places in the file go by their new names. Throws
 * `CheckpointError` when the file is damaged, or no model of this kind. A notice tells what had to be assumed.
 */
export async function openSingleFile(path: string, onEvent?: OnEvent): Promise<ModelParts> {
  const places = await findTensors(path);
  const beside = await readBeside(path);
  const parts = partsOf(places, path);
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
  return {
    unet: await open('the U-Net', parts.unet, unetConfigOf, unetConfigSchema, beside.unet),
    vae: await open('the VAE', parts.vae, vaeConfigOf, vaeConfigSchema, beside.vae),
    textEncoder,
    tokenizer: await tokenizerFor(textEncoder.config, parts.kind, path, beside.tokenizer),
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

/** Whether a file is, or may be, a whole model: safetensors are looked into, a PyTorch file can be nothing else here. */
export async function isSingleFile(path: string): Promise<boolean> {
  if (/\.(ckpt|pt|pth|bin)$/i.test(path)) return true;
  if (!/\.safetensors$/i.test(path)) return false;
  return [...(await findTensors(path)).keys()].some((name) => name.startsWith(prefixes.unet));
}

/** Where the parts are found. The text encoder's name tells the kind: CLIP in 1.x, OpenCLIP in 2.x. */
const prefixes = {
  unet: 'model.diffusion_model.',
  vae: 'first_stage_model.',
  clip: 'cond_stage_model.transformer.',
  openClip: 'cond_stage_model.model.',
} as const;

interface Parts {
  readonly unet: TensorPlaces;
  readonly vae: TensorPlaces;
  readonly textEncoder: TensorPlaces;
  readonly kind: 'clip' | 'openClip';
}

function partsOf(places: TensorPlaces, path: string): Parts {
  const below = (prefix: string): TensorPlaces =>
    new Map(
      [...places].flatMap(([name, place]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), place] as const] : [],
      ),
    );
  const found = {
    unet: below(prefixes.unet),
    vae: below(prefixes.vae),
    clip: below(prefixes.clip),
    openClip: below(prefixes.openClip),
  };
  const kind = found.openClip.size > 0 ? 'openClip' : 'clip';
  const missing = (['unet', 'vae', kind] as const).filter((part) => found[part].size === 0);
  const labels = found.unet.has('label_emb.0.0.weight');
  if (missing.length > 0 || labels) {
    const known = otherModels.find(([start]) => [...places.keys()].some((name) => name.startsWith(start)));
    const what =
      known?.[1] ??
      (labels
        ? 'its U-Net takes more than text (label_emb)'
        : `it has no weights whose names begin with ${missing.map((part) => `"${prefixes[part]}"`).join(' or ')}`);
    throw new CheckpointError(
      `"${path}" is no Stable Diffusion 1.x or 2.x model in one file: ${what}. Give a whole model: such a file, or a diffusers folder.`,
    );
  }
  return {
    kind,
    unet: renameUNet(found.unet),
    vae: renameVae(found.vae),
    textEncoder: kind === 'openClip' ? renameOpenClip(found.openClip) : renameClip(found.clip),
  };
}

/** What people take for a whole model, by how a name begins. */
const otherModels: readonly (readonly [start: string, what: string])[] = [
  ['conditioner.embedders.', 'it is a Stable Diffusion XL model'],
  ['lora_', 'it is a LoRA, which changes a model'],
  ['conv_in.conv1d.', "it is a motion, or LAMP's U-Net alone"],
  ['down_blocks.', 'it is a U-Net alone'],
  ['encoder.', 'it is a VAE alone'],
  ['text_model.', 'it is a text encoder alone'],
  ['model.diffusion_model.joint_blocks.', 'it is a Stable Diffusion 3 model'],
];

async function tokenizerFor(
  { vocab_size: size }: TextEncoderConfig,
  kind: Parts['kind'],
  path: string,
  folder: string | undefined,
): Promise<ClipTokenizer> {
  if (folder !== undefined) return loadTokenizer(resolve(dirname(path), folder));
  if (size === clipVocabularySize) return clipTokenizer(kind === 'openClip' ? '!' : '<|endoftext|>');
  throw new CheckpointError(
    `the text encoder in "${path}" knows ${size} tokens; CLIP's tokenizer has ${clipVocabularySize}. Name the folder of its own in "${besideFile(path)}": {"tokenizer": "…"}.`,
  );
}

/**
 * What a 2.x model predicts, which its weights do not tell: noise where the file's name says that it is a base model or of
 * 512 pixels, as the published ones do; else velocity.
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
    const message = `"${name}" is taken to predict ${assumed}, going by its name. If pictures are noise, write {"scheduler": {"prediction_type": "${other}"}} into ${basename(besideFile(path))} beside it.`;
    onEvent?.({ type: 'notice', message });
  }
  return assumed;
}
