/** @file One network of a model: its configuration, and its weights under any of the usual file names. */
import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { readJsonFile, unreadable } from '../checkpoints/json-file.ts';
import { findTensors } from '../checkpoints/tensor-file.ts';
import type { TensorPlaces } from '../checkpoints/tensor-place.ts';
import { type WeightFile, weightsAt } from '../checkpoints/weight-file.ts';
import { CheckpointError } from '../errors.ts';
import { ShapeError } from '../graph/operator.ts';
import { MissingWeightError, WrongShapeError } from '../graph/weights.ts';

/** One network of a model: its configuration and its weights. */
export interface Component<Config> {
  readonly config: Config;
  readonly weights: WeightFile;
}

/**
 * Opens one network's folder: `config.json` and weights (see `findWeights`), transformed by `view`. Throws
 * `CheckpointError`.
 */
export async function openComponent<Config>(
  folder: string,
  schema: z.ZodType<Config>,
  view: (places: TensorPlaces, config: Config) => TensorPlaces = (places) => places,
): Promise<Component<Config>> {
  const config = await readJsonFile(join(folder, 'config.json'), schema, 'the settings');
  const path = await findWeights(folder);
  const places = view(await findTensors(path), config);
  return { config, weights: await weightsAt(await realpath(path), places) };
}

/** Weight file names of diffusers and transformers, in order of preference. */
const usualNames: readonly RegExp[] = [
  '\\.safetensors',
  '\\.(fp16|bf16)\\.safetensors',
  '\\.safetensors\\.index\\.json',
  '(\\.(fp16|bf16)\\.safetensors\\.index|\\.safetensors\\.index\\.(fp16|bf16))\\.json',
  '\\.(bin|pt|pth|ckpt)',
  '\\.(fp16|bf16)\\.(bin|pt|pth|ckpt)',
  '\\.bin\\.index(\\.(fp16|bf16))?\\.json',
  '\\.(non_ema|ema)\\.safetensors',
  '\\.(non_ema|ema)\\.(bin|pt|pth|ckpt)',
].map((ending) => new RegExp(`^(diffusion_pytorch_model|pytorch_model|model)${ending}$`));

/** A weight file of any name, except one shard of several. */
const anyWeights = /(?<!-\d{5}-of-\d{5})\.(safetensors|bin|pt|pth|ckpt)$/;

/**
 * The weights in a network's folder, in order of preference: safetensors, half precision (`fp16`), sharded (by index),
 * PyTorch's `.bin`, `.pt` or `.ckpt`, those of a training (`non_ema`, `ema`); else the only file that looks like
 * weights. Throws `CheckpointError`.
 */
export async function findWeights(folder: string): Promise<string> {
  const names = await readdir(folder).catch(async (error: unknown) => {
    throw await unreadable(error, folder, 'the folder of weights');
  });
  names.sort();
  for (const usual of usualNames) {
    const found = names.find((name) => usual.test(name));
    if (found !== undefined) return join(folder, found);
  }
  const others = names.filter((name) => anyWeights.test(name));
  if (others.length === 1) return join(folder, others[0]!);
  const found = names.filter((name) => name !== 'config.json').join(', ') || 'nothing';
  const parts = names.some((name) => /-\d{5}-of-\d{5}\./.test(name));
  throw new CheckpointError(
    parts
      ? {
          found: `"${folder}" holds weights in parts without their index (found ${found})`,
          expected: 'an index such as diffusion_pytorch_model.safetensors.index.json',
          advice: 'Download it too.',
        }
      : {
          found: `"${folder}" holds no weights (found ${found})`,
          expected: 'a file such as diffusion_pytorch_model.safetensors or pytorch_model.bin',
          advice: 'Check that the model is complete.',
        },
  );
}

/** Runs `build`; missing weights and wrong shapes become a `CheckpointError` that names the file. */
export function withCheckpoint<T>(weights: WeightFile, build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (error instanceof MissingWeightError || error instanceof ShapeError) {
      const { found, expected } =
        error instanceof WrongShapeError ? error : { found: error.message, expected: undefined };
      throw new CheckpointError(
        {
          found: `"${weights.path}" does not fit its settings (config.json): ${found}`,
          expected,
          advice: 'The file is damaged or of another model: download it again, or give another.',
        },
        { cause: error },
      );
    }
    throw error;
  }
}
