/** @file Writes a base model with random weights: a diffusers folder, or one file with the original names. */
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bytesText } from '../../src/amounts.ts';
import { asStorageError, writeJsonAtomically } from '../../src/checkpoints/atomic-write.ts';
import { freeBytes } from '../../src/checkpoints/disk-space.ts';
import { type WriteOptions, writeSafetensors } from '../../src/checkpoints/safetensors.ts';
import type { LazyTensor } from '../../src/checkpoints/writable-tensor.ts';
import { StorageError, UsageError } from '../../src/errors.ts';
import { type Shape, sizeOf } from '../../src/graph/host-tensor.ts';
import { input } from '../../src/graph/tensor.ts';
import { type Weights, weightsTakenBy } from '../../src/graph/weights.ts';
import { clipVocabulary } from '../../src/models/clip-tokenizer.ts';
import {
  addedWidths,
  projectedTextEncoderConfigSchema,
  textEncoderConfigSchema,
  unetConfigSchema,
  vaeConfigSchema,
} from '../../src/models/configs.ts';
import { textEncoder } from '../../src/models/text-encoder.ts';
import { projectedText } from '../../src/models/text-states.ts';
import { timestepWidth } from '../../src/models/time-embedding.ts';
import { unet } from '../../src/models/unet.ts';
import { decode, encode } from '../../src/models/vae.ts';
import {
  originalClip,
  originalOpenClip,
  originalUNet,
  originalVae,
  originalXlText,
} from '../../src/testing/original-model.ts';
import { writeSmallTokenizer } from '../pretraining/small-tokenizer.ts';
import { type Architecture, type ArchitectureName, architecture } from './architectures.ts';
import { randomWeights } from './random-weights.ts';

/** Names of the networks' folders. */
export type Part = 'unet' | 'vae' | 'text_encoder' | 'text_encoder_2';

/** Options of `writeRandomBase`. */
export interface RandomBaseOptions {
  readonly like: ArchitectureName;
  /** Precision of the weights. */
  readonly dtype: NonNullable<WriteOptions['dtype']>;
  readonly seed: number;
  /**
   * Write one file with the names of the first Stable Diffusion files, instead of a folder: at the path itself if that
   * ends in `.safetensors`, else in it, under the architecture's name.
   */
  readonly singleFile?: boolean;
}

/** Tensors by name, each made when it is written. */
type LazyTensors = ReadonlyMap<string, LazyTensor>;

/**
 * Writes the model to `out`; returns the path to give with `--base`. One tensor at a time is in memory. Throws
 * `UsageError` for a file's path without `singleFile`, `StorageError` if something is there already, or when the disk
 * has too little space.
 */
export async function writeRandomBase(
  out: string,
  { like, dtype, seed, singleFile = false }: RandomBaseOptions,
): Promise<string> {
  const model = architecture(like);
  const weight = randomWeights(seed);
  const lazy = (part: Part): LazyTensors =>
    new Map(
      [...weightShapes(model, part)].map(([name, shape]) => [
        name,
        { dtype: 'float32', shape, load: async () => weight(`${part}:${name}`, shape) },
      ]),
    );
  const parts = new Map(partsOf(model).map((part) => [part, lazy(part)]));
  const path = singleFile ? singlePath(out, like) : out;
  if (!singleFile && out.endsWith('.safetensors')) {
    throw new UsageError(`"${out}" is the name of a file; give a folder, or add --single-file.`);
  }
  await assertNothingAt(path);
  await assertSpace(singleFile ? dirname(path) : path, parts.values(), dtype);
  if (!singleFile) {
    await writeFolder(path, model, parts, dtype);
    return path;
  }
  await writeSafetensors(path, originalNames(model, parts), { format: 'pt' }, { dtype });
  return path;
}

/**
 * Path of the file in a folder, or of the file that is named. Of SD 2.1, the name says that it predicts velocity, which
 * its weights do not show (`models/single-file.ts`).
 */
function singlePath(out: string, like: ArchitectureName): string {
  if (out.endsWith('.safetensors')) return out;
  return join(out, `${like.endsWith('sd21') ? `${like}-768-v` : like}.safetensors`);
}

/** Throws `StorageError` unless there is nothing, or an empty folder. */
async function assertNothingAt(path: string): Promise<void> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') return undefined;
    throw asStorageError(error, path);
  });
  if (names?.length === 0) return;
  throw new StorageError(
    names
      ? `"${path}" is not empty; choose another folder, or empty it.`
      : `there is a file at "${path}" already; choose another path, or remove it.`,
  );
}

/** The networks of a model. */
export function partsOf({ textEncoder2 }: Architecture): Part[] {
  return ['unet', 'vae', 'text_encoder', ...(textEncoder2 ? (['text_encoder_2'] as const) : [])];
}

/** Names and shapes of the weights of one network, in diffusers' names. */
export function weightShapes(model: Architecture, part: Part): ReadonlyMap<string, Shape> {
  const ids = input('ids', [1, 77], 'int64');
  const build: Record<Part, (w: Weights) => unknown> = {
    unet: (w) => {
      const config = unetConfigSchema.parse(model.unet);
      const added = addedWidths(config);
      return unet(w, config, {
        latents: input('latents', [1, config.in_channels, 8, 8]),
        sinusoids: input('sinusoids', [1, timestepWidth(config)]),
        context: input('context', [1, 77, config.cross_attention_dim]),
        added: added && input('added', [1, added.all]),
      });
    },
    vae: (w) => {
      const config = vaeConfigSchema.parse(model.vae);
      return [
        encode(w, config, input('picture', [1, config.in_channels, 8, 8])),
        decode(w, config, input('latents', [1, config.latent_channels, 1, 1])),
      ];
    },
    text_encoder: (w) => textEncoder(w, textEncoderConfigSchema.parse(model.textEncoder), ids),
    text_encoder_2: (w) =>
      projectedText(
        w,
        projectedTextEncoderConfigSchema.parse(model.textEncoder2),
        ids,
        input('ends', [1], 'int64'),
      ),
  };
  return weightsTakenBy(build[part]);
}

async function assertSpace(folder: string, parts: Iterable<LazyTensors>, dtype: string): Promise<void> {
  let bytes = 0;
  for (const tensors of parts) {
    for (const { shape } of tensors.values()) bytes += sizeOf(shape) * (dtype === 'float32' ? 4 : 2);
  }
  const free = await freeBytes(folder);
  if (free === undefined || bytes <= free) return;
  throw new StorageError(
    `the model takes ${bytesText(bytes)}, and ${bytesText(free)} are free at "${folder}". Make room, or choose --dtype f16.`,
  );
}

async function writeFolder(
  folder: string,
  model: Architecture,
  parts: ReadonlyMap<Part, LazyTensors>,
  dtype: NonNullable<WriteOptions['dtype']>,
): Promise<void> {
  const text = { architectures: ['CLIPTextModel'], model_type: 'clip_text_model' };
  const configs: Record<Part, object> = {
    unet: { _class_name: 'UNet2DConditionModel', ...model.unet },
    vae: { _class_name: 'AutoencoderKL', ...model.vae },
    text_encoder: { ...text, ...model.textEncoder },
    text_encoder_2: { ...text, architectures: ['CLIPTextModelWithProjection'], ...model.textEncoder2 },
  };
  for (const [part, tensors] of parts) {
    const file = part.startsWith('text') ? 'model' : 'diffusion_pytorch_model';
    await writeJsonAtomically(join(folder, part, 'config.json'), configs[part]);
    await writeSafetensors(join(folder, part, `${file}.safetensors`), tensors, { format: 'pt' }, { dtype });
  }
  const vocabulary = await clipVocabulary();
  const pad = model.text === 'openClip' ? '!' : '<|endoftext|>';
  await writeSmallTokenizer(join(folder, 'tokenizer'), vocabulary, pad);
  if (model.textEncoder2) await writeSmallTokenizer(join(folder, 'tokenizer_2'), vocabulary, '!');
  await writeJsonAtomically(join(folder, 'scheduler', 'scheduler_config.json'), model.scheduler);
  await writeJsonAtomically(join(folder, 'model_index.json'), {
    _class_name: model.pipeline,
    scheduler: ['diffusers', model.scheduler._class_name],
    text_encoder: ['transformers', 'CLIPTextModel'],
    tokenizer: ['transformers', 'CLIPTokenizer'],
    ...(model.textEncoder2
      ? {
          text_encoder_2: ['transformers', 'CLIPTextModelWithProjection'],
          tokenizer_2: ['transformers', 'CLIPTokenizer'],
          force_zeros_for_empty_prompt: true,
        }
      : { safety_checker: [null, null], feature_extractor: [null, null], requires_safety_checker: false }),
    unet: ['diffusers', 'UNet2DConditionModel'],
    vae: ['diffusers', 'AutoencoderKL'],
  });
}

/** All weights as the first Stable Diffusion files name them. */
function originalNames(model: Architecture, parts: ReadonlyMap<Part, LazyTensors>) {
  const [first, second] = [parts.get('text_encoder')!, parts.get('text_encoder_2')];
  const text = second
    ? originalXlText(first, second)
    : model.text === 'openClip'
      ? originalOpenClip(first, model.textEncoder.num_hidden_layers)
      : originalClip(first);
  return new Map([
    ...originalUNet(parts.get('unet')!, model.unet.layers_per_block),
    ...originalVae(parts.get('vae')!, model.vae.block_out_channels.length),
    ...text,
  ]);
}
