/** @file A text-to-image model as diffusers stores it: a folder of folders. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { z } from 'zod';
import { readJsonFile } from '../checkpoints/json-file.ts';
import { fingerprint, openWeightFile, type WeightFile } from '../checkpoints/weight-file.ts';
import { CheckpointError } from '../errors.ts';
import { ShapeError } from '../graph/operator.ts';
import { MissingWeightError } from '../graph/weights.ts';
import {
  type TextEncoderConfig,
  textEncoderConfigSchema,
  type UNetConfig,
  unetConfigSchema,
  type VaeConfig,
  vaeConfigSchema,
} from './configs.ts';
import { type ClipTokenizer, loadTokenizer } from './tokenizer.ts';

/** One network of a model: its settings and its weights. */
export interface Component<Config> {
  readonly config: Config;
  readonly weights: WeightFile;
}

/** Everything a diffusers folder of Stable Diffusion's layout holds. Nothing is loaded until a graph is compiled. */
export interface BaseModel {
  readonly folder: string;
  /** The folder's name. */
  readonly name: string;
  /** Identity of the U-Net's weights (see `fingerprint`). */
  readonly fingerprint: string;
  readonly unet: Component<UNetConfig>;
  readonly vae: Component<VaeConfig>;
  readonly textEncoder: Component<TextEncoderConfig>;
  readonly tokenizer: ClipTokenizer;
  /** Path of the scheduler's settings. */
  readonly schedulerConfig: string;
}

/** Opens a diffusers folder. Throws `CheckpointError` naming what is missing or does not fit. */
export async function openBaseModel(folder: string): Promise<BaseModel> {
  const root = resolve(folder);
  const index = join(root, 'model_index.json');
  if (!(await isFile(index))) {
    const found = (await stat(root).catch(() => undefined))?.isDirectory()
      ? `the folder "${folder}" has no model_index.json`
      : `there is no folder "${folder}"`;
    throw new CheckpointError(
      `${found}; a base model is a diffusers folder with model_index.json, unet/, vae/, text_encoder/, tokenizer/ and scheduler/. Check --base.`,
    );
  }
  const [unet, vae, textEncoder, tokenizer] = await Promise.all([
    openComponent(join(root, 'unet'), unetConfigSchema),
    openComponent(join(root, 'vae'), vaeConfigSchema),
    openComponent(join(root, 'text_encoder'), textEncoderConfigSchema),
    loadTokenizer(join(root, 'tokenizer')),
  ]);
  if (unet.config.in_channels !== vae.config.latent_channels) {
    throw new CheckpointError(
      `the U-Net takes latents of ${unet.config.in_channels} channels, the VAE makes ${vae.config.latent_channels}: "${folder}" is not a text-to-image model of this kind.`,
    );
  }
  if (unet.config.cross_attention_dim !== textEncoder.config.hidden_size) {
    throw new CheckpointError(
      `the U-Net attends to text states of width ${unet.config.cross_attention_dim}, the text encoder makes ${textEncoder.config.hidden_size}: the parts of "${folder}" do not belong together.`,
    );
  }
  return {
    folder: root,
    name: basename(root),
    fingerprint: await fingerprint(unet.weights.path),
    unet,
    vae,
    textEncoder,
    tokenizer,
    schedulerConfig: join(root, 'scheduler', 'scheduler_config.json'),
  };
}

/** Opens one network's folder: `config.json` and a `.safetensors` file. Throws `CheckpointError`. */
export async function openComponent<Config>(
  folder: string,
  schema: z.ZodType<Config>,
): Promise<Component<Config>> {
  const config = await readJsonFile(join(folder, 'config.json'), schema, 'the settings');
  for (const name of ['diffusion_pytorch_model.safetensors', 'model.safetensors']) {
    const path = join(folder, name);
    if (await isFile(path)) return { config, weights: await openWeightFile(path) };
  }
  const files = (await readdir(folder)).filter((name) => name !== 'config.json');
  throw new CheckpointError(
    `"${folder}" holds no diffusion_pytorch_model.safetensors or model.safetensors; found ${files.join(', ') || 'nothing'}. Other formats must be converted to safetensors first.`,
  );
}

/** Builds part of a model; weights that are missing or misshapen become a `CheckpointError` that names the file. */
export function withCheckpoint<T>(weights: WeightFile, build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (error instanceof MissingWeightError || error instanceof ShapeError) {
      throw new CheckpointError(
        `"${weights.path}" does not fit its config.json: ${error.message}. The file is damaged or of another model.`,
        { cause: error },
      );
    }
    throw error;
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}
