/** @file `<name>.lamp.json` beside a model in one file: settings that cannot be inferred from the weights. */
import { extname } from 'node:path';
import { z } from 'zod';
import { readJsonFile } from '../checkpoints/json-file.ts';
import { isThere } from '../checkpoints/user-file.ts';

const fields = z.record(z.string(), z.unknown()).default({});

/** Fields as in the files of a diffusers folder; they override what was inferred from the shapes of the weights. */
const schema = z.strictObject({
  unet: fields,
  vae: fields,
  text_encoder: fields,
  /** The second text encoder of Stable Diffusion XL. */
  text_encoder_2: fields,
  scheduler: fields,
  /** Folders of tokenizers, relative to this file, in place of CLIP's. */
  tokenizer: z.string().min(1).optional(),
  tokenizer_2: z.string().min(1).optional(),
});

/** See `schema`. */
export type BesideSettings = z.infer<typeof schema>;

/** The path of the settings that belong to the model at `path`. */
export function besideFile(path: string): string {
  return `${path.slice(0, path.length - extname(path).length)}.lamp.json`;
}

/** Reads the settings beside the model at `path`; empty when there is no such file. Throws `CheckpointError`. */
export async function readBeside(path: string): Promise<BesideSettings> {
  const beside = besideFile(path);
  const there = await isThere(beside);
  return there ? readJsonFile(beside, schema, 'the settings beside the model') : schema.parse({});
}
