/** @file A text-to-image model: a diffusers folder, or one file in the original Stable Diffusion's names. */

import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { z } from 'zod';
import { isFile } from '../checkpoints/exists.ts';
import { readJsonFile, refuseToRead } from '../checkpoints/json-file.ts';
import { onOneLine } from '../checkpoints/one-line.ts';
import { assertUserFile, isThere } from '../checkpoints/user-file.ts';
import { CheckpointError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { phrase, setting } from '../phrases.ts';
import { type BaseSettings, readBaseSettings } from './base-settings.ts';
import { builtInBase } from './built-in-base.ts';
import { openComponent } from './component.ts';
import {
  addedWidths,
  textEncoderConfigSchema,
  type UNetConfig,
  unetConfigSchema,
  type VaeConfig,
  vaeConfigSchema,
} from './configs.ts';
import type { ModelParts } from './model-parts.ts';
import { assertKind } from './other-models.ts';
import { attentionAsMatrices, projectionsAsConfigured } from './pointwise.ts';
import { assertTextFits, openSecondText } from './second-text.ts';
import { readShownPhrases, type ShownPhrases } from './shown-words.ts';
import { openSingleFile } from './single-file.ts';
import { loadTokenizer } from './tokenizer.ts';

export { type Component, openComponent, withCheckpoint } from './component.ts';

/** A Stable Diffusion model. No weights are loaded until a graph is compiled. */
export interface BaseModel extends ModelParts {
  /** Absolute path of the diffusers folder, or of the one file. */
  readonly folder: string;
  /** The folder's name, or the file's without its extension; `built-in` for the model in the package. */
  readonly name: string;
  /** Identity of the U-Net's weights (see `fingerprint`). */
  readonly fingerprint: string;
  /** Recommended settings, used as defaults. */
  readonly settings: BaseSettings;
  /** The subjects of its training images, if its folder lists them (`words.json`). */
  readonly shown?: ShownPhrases | undefined;
}

/**
 * Opens a diffusers folder, or a model in one file (see `openSingleFile`). Assumptions that had to be made are reported
 * as notices. Throws `CheckpointError` naming what is missing or incompatible.
 */
export async function openBaseModel(
  path: string,
  { onEvent }: Pick<WorkOptions, 'onEvent'> = {},
): Promise<BaseModel> {
  const root = resolve(path);
  const single = await isFile(root);
  const [parts, settings, shown] = await Promise.all([
    single ? openSingleFile(root, onEvent) : openFolder(root, path),
    readBaseSettings(root),
    readShownPhrases(root),
  ]);
  const { unet, vae } = parts;
  assertTextToImage(unet.config, vae.config, path);
  assertTextFits(parts, path);
  return {
    ...parts,
    folder: root,
    name: root === builtInBase() ? 'built-in' : basename(root, single ? extname(root) : ''),
    fingerprint: await unet.weights.fingerprint(),
    settings,
    shown,
  };
}

/**
 * Stable Diffusion models whose U-Net has additional input channels, by the number of those, and what to give in their
 * place.
 */
const seesMore: ReadonlyMap<number, readonly [what: string, instead: string]> = new Map([
  [
    1,
    [
      'a depth model (depth2img), whose U-Net also takes a depth map',
      'a text-to-image model, such as Stable Diffusion 2.0 (base), which the depth model of 2.0 was made from',
    ],
  ],
  [
    3,
    [
      'a model that enlarges pictures, whose U-Net also takes the small one',
      'a text-to-image model, such as Stable Diffusion 1.5 or 2.1',
    ],
  ],
  [
    4,
    [
      'a model that changes a picture (InstructPix2Pix or the like), whose U-Net also takes that picture',
      'a text-to-image model, such as Stable Diffusion 1.5, which InstructPix2Pix was made from',
    ],
  ],
  [
    5,
    [
      'an inpainting model, whose U-Net also takes a mask and the picture around it',
      'the text-to-image model that it was made from, such as Stable Diffusion 1.5 for an inpainting model of 1.5',
    ],
  ],
]);

const GIVE_TEXT_TO_IMAGE = 'Give a text-to-image model: Stable Diffusion 1.x, 2.x or XL.';

/** Throws `CheckpointError`, naming the kind, for a model whose U-Net takes anything but the VAE's latents. */
function assertTextToImage(unet: UNetConfig, { latent_channels: latents }: VaeConfig, path: string): void {
  if (unet.in_channels === latents) {
    if (unet.out_channels === latents) return;
    throw new CheckpointError({
      found: `the U-Net of "${path}" gives ${unet.out_channels} channels`,
      expected: `${latents}, as the VAE's latents have`,
      setting: 'base',
      advice: GIVE_TEXT_TO_IMAGE,
    });
  }
  const known = seesMore.get(unet.in_channels - latents);
  throw new CheckpointError(
    known
      ? {
          found: `"${path}" is ${known[0]} (${unet.in_channels} channels instead of ${latents})`,
          setting: 'base',
          advice: `Give ${known[1]}.`,
        }
      : {
          found: `the U-Net of "${path}" takes latents of ${unet.in_channels} channels`,
          expected: `${latents}, as the VAE makes`,
          setting: 'base',
          advice: GIVE_TEXT_TO_IMAGE,
        },
  );
}

/** Opens a diffusers folder; `path` is its name in messages. */
async function openFolder(root: string, path: string): Promise<ModelParts> {
  if (!(await isFile(join(root, 'model_index.json')))) {
    await assertNotPart(root, path);
    const isFolder = (await stat(root).catch(() => undefined))?.isDirectory();
    if (!isFolder && (await isThere(root))) await assertUserFile(root, refuseToRead('the base model', path));
    const found = isFolder
      ? `the folder "${path}" has no model_index.json`
      : `there is no ${/\.(safetensors|ckpt|pt|pth|bin)$/i.test(path) ? 'file' : 'folder'} "${path}"`;
    throw new CheckpointError(
      root === builtInBase()
        ? {
            found: `the built-in model is missing: ${found}`,
            advice: phrase`Install the package again, or give another model with ${setting('base')}.`,
          }
        : {
            found,
            expected:
              'a diffusers folder with model_index.json, unet/, vae/, text_encoder/, tokenizer/ and scheduler/, or one .safetensors or .ckpt file with everything',
            setting: 'base',
            advice: phrase`Check ${setting('base')}.`,
          },
    );
  }
  await assertHasUNet(root, path);
  const unet = await openComponent(join(root, 'unet'), unetConfigSchema, projectionsAsConfigured);
  const second = addedWidths(unet.config) && (await openSecondText(root));
  const [vae, textEncoder, tokenizer] = await Promise.all([
    openComponent(join(root, 'vae'), vaeConfigSchema, attentionAsMatrices),
    openComponent(join(root, 'text_encoder'), textEncoderConfigSchema),
    loadTokenizer(join(root, 'tokenizer')),
  ]);
  for (const [kind, { weights }] of [
    ['unet', unet],
    ['vae', vae],
    ['text', textEncoder],
  ] as const) {
    assertKind(weights.shapes, kind, weights.path);
  }
  const schedulerConfig = join(root, 'scheduler', 'scheduler_config.json');
  return { unet, vae, textEncoder, tokenizer, second, schedulerConfig };
}

/** Throws `CheckpointError` for a folder that is a training run, or one network of a model. */
async function assertNotPart(root: string, path: string): Promise<void> {
  const names = await readdir(root).catch(() => [] as string[]);
  if (names.includes('run.json')) {
    throw new CheckpointError({
      found: `"${path}" is a training run, not a base model`,
      setting: 'base',
      advice: phrase`Give it with ${setting('motion')}, and with ${setting('base')} the model that it was trained on.`,
    });
  }
  if (names.includes('config.json')) {
    throw new CheckpointError({
      found: `"${path}" is one part of a model`,
      setting: 'base',
      advice: 'Give the folder that has model_index.json, perhaps the one above.',
    });
  }
}

/** A pipeline's index: its class, and its parts by name. */
const indexSchema = z.looseObject({ _class_name: z.string().optional() });

/** Throws `CheckpointError`, naming the pipeline, for a diffusers folder without a U-Net. */
async function assertHasUNet(root: string, path: string): Promise<void> {
  if (await stat(join(root, 'unet')).catch(() => undefined)) return;
  const index = await readJsonFile(join(root, 'model_index.json'), indexSchema, "the model's index");
  const name = index._class_name === undefined ? '' : ` (${onOneLine(index._class_name, 80)})`;
  throw new CheckpointError(
    index.unet === undefined
      ? {
          found: `"${path}" is a model of another kind${name}: it has no U-Net`,
          setting: 'base',
          advice: 'Give a Stable Diffusion 1.x, 2.x or XL model.',
        }
      : {
          found: `"${path}" is not complete: it has no folder unet/`,
          setting: 'base',
          advice: 'Download it again.',
        },
  );
}

/** Name of a base model, and fingerprints of its networks' weights (see `fingerprint`). */
export interface BaseIdentity {
  readonly name: string;
  readonly unet: string;
  readonly vae: string;
  readonly textEncoder: string;
  readonly textEncoder2?: string;
  /** The precision of products with the U-Net's weights; absent for f32. */
  readonly precision?: 'int8' | 'tf32';
}

/** Identifies a base model; stored with everything that is made with it. */
export async function baseIdentity(base: BaseModel): Promise<BaseIdentity> {
  return {
    name: base.name,
    unet: base.fingerprint,
    vae: await base.vae.weights.fingerprint(),
    textEncoder: await base.textEncoder.weights.fingerprint(),
    ...(base.unet.weights.precision && { precision: base.unet.weights.precision }),
    ...(base.second && { textEncoder2: await base.second.encoder.weights.fingerprint() }),
  };
}
