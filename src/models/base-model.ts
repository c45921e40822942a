/** @file A text-to-image model: a diffusers folder, or one file in the original Stable Diffusion's names. */
import { stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { CheckpointError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { type BaseSettings, readBaseSettings } from './base-settings.ts';
import { builtInBase } from './built-in-base.ts';
import { type Component, openComponent } from './component.ts';
import {
  addedWidths,
  type TextEncoderConfig,
  textEncoderConfigSchema,
  type UNetConfig,
  unetConfigSchema,
  type VaeConfig,
  vaeConfigSchema,
} from './configs.ts';
import { assertTextFits, openSecondText, type SecondText } from './second-text.ts';
import { openSingleFile } from './single-file.ts';
import { type ClipTokenizer, loadTokenizer } from './tokenizer.ts';

export { type Component, openComponent, withCheckpoint } from './component.ts';

/** Everything a model of Stable Diffusion's layout holds. Nothing is loaded until a graph is compiled. */
export interface BaseModel {
  /** Absolute path of the diffusers folder, or of the one file. */
  readonly folder: string;
  /** The folder's name, or the file's without its ending; `built-in` for the model that comes with the package. */
  readonly name: string;
  /** Identity of the U-Net's weights (see `fingerprint`). */
  readonly fingerprint: string;
  readonly unet: Component<UNetConfig>;
  readonly vae: Component<VaeConfig>;
  readonly textEncoder: Component<TextEncoderConfig>;
  readonly tokenizer: ClipTokenizer;
  /** What Stable Diffusion XL has besides; other models have one text encoder. */
  readonly second?: SecondText | undefined;
  /** Path of the scheduler's settings, or the settings themselves. */
  readonly schedulerConfig: string | object;
  /** What suits it, for settings that nobody gives. */
  readonly settings: BaseSettings;
}

/** What a model consists of, in one file or in a folder. */
export type ModelParts = Pick<
  BaseModel,
  'unet' | 'vae' | 'textEncoder' | 'tokenizer' | 'second' | 'schedulerConfig'
>;

/**
 * Opens a diffusers folder, or a model in one file (see `openSingleFile`). A notice tells what had to be assumed. Throws
 * `CheckpointError` naming what is missing or does not fit.
 */
export async function openBaseModel(
  path: string,
  { onEvent }: Pick<WorkOptions, 'onEvent'> = {},
): Promise<BaseModel> {
  const root = resolve(path);
  const single = await isFile(root);
  const [parts, settings] = await Promise.all([
    single ? openSingleFile(root, onEvent) : openFolder(root, path),
    readBaseSettings(root),
  ]);
  const { unet, vae } = parts;
  if (unet.config.in_channels !== vae.config.latent_channels) {
    throw new CheckpointError(
      `the U-Net takes latents of ${unet.config.in_channels} channels, the VAE makes ${vae.config.latent_channels}: "${path}" is not a text-to-image model of this kind.`,
    );
  }
  assertTextFits(parts, path);
  return {
    ...parts,
    folder: root,
    name: root === builtInBase() ? 'built-in' : basename(root, single ? extname(root) : ''),
    fingerprint: await unet.weights.fingerprint(),
    settings,
  };
}

/** Opens a diffusers folder; `path` is what the user calls it. */
async function openFolder(root: string, path: string): Promise<ModelParts> {
  if (!(await isFile(join(root, 'model_index.json')))) {
    const found = (await stat(root).catch(() => undefined))?.isDirectory()
      ? `the folder "${path}" has no model_index.json`
      : `there is no ${/\.(safetensors|ckpt|pt|pth|bin)$/i.test(path) ? 'file' : 'folder'} "${path}"`;
    throw new CheckpointError(
      root === builtInBase()
        ? `the built-in model is missing: ${found}. Install the package again, or give another model with --base.`
        : `${found}; a base model is a diffusers folder with model_index.json, unet/, vae/, text_encoder/, tokenizer/ and scheduler/, or one .safetensors or .ckpt file with everything. Check --base.`,
    );
  }
  const unet = await openComponent(join(root, 'unet'), unetConfigSchema);
  const second = addedWidths(unet.config) && (await openSecondText(root));
  const [vae, textEncoder, tokenizer] = await Promise.all([
    openComponent(join(root, 'vae'), vaeConfigSchema),
    openComponent(join(root, 'text_encoder'), textEncoderConfigSchema),
    loadTokenizer(join(root, 'tokenizer')),
  ]);
  const schedulerConfig = join(root, 'scheduler', 'scheduler_config.json');
  return { unet, vae, textEncoder, tokenizer, second, schedulerConfig };
}

/** What a base model is called, and the identities of its networks' weights (see `fingerprint`). */
export interface BaseIdentity {
  readonly name: string;
  readonly unet: string;
  readonly vae: string;
  readonly textEncoder: string;
  readonly textEncoder2?: string;
}

/** Identifies a base model, to be stored with what is made with it. */
export async function baseIdentity(base: BaseModel): Promise<BaseIdentity> {
  return {
    name: base.name,
    unet: base.fingerprint,
    vae: await base.vae.weights.fingerprint(),
    textEncoder: await base.textEncoder.weights.fingerprint(),
    ...(base.second && { textEncoder2: await base.second.encoder.weights.fingerprint() }),
  };
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}
