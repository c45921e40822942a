/** @file `lamp.json` in a base model's folder: the settings that suit this model, for whoever gives none. */
import { join } from 'node:path';
import { z } from 'zod';
import { checkJson, readJsonFile } from '../checkpoints/json-file.ts';
import { isThere } from '../checkpoints/user-file.ts';

const subject = "the base model's recommended settings";

const side = z.int().positive();
/** What is in it is known to those who use it: see `recommended`. */
const part = z.record(z.string(), z.unknown()).default({});

const schema = z.strictObject({
  /** Pixels of its pictures, and of the videos it is trained with. */
  size: z.strictObject({ width: side, height: side }).optional(),
  /** For teaching it a motion. */
  training: part,
  /** For making videos with it. */
  video: part,
  /** For drawing pictures, a video's first frame among them. */
  image: part,
});

/** What a base model recommends, and where it says so. */
export type BaseSettings = z.infer<typeof schema> & { readonly path: string };

/** Reads `lamp.json` of a base model's folder; a folder without one recommends nothing. Throws `CheckpointError`. */
export async function readBaseSettings(folder: string): Promise<BaseSettings> {
  const path = join(folder, 'lamp.json');
  const there = await isThere(path);
  return { path, ...(there ? await readJsonFile(path, schema, subject) : schema.parse({})) };
}

/**
 * One part of what a base model recommends, as it stands in the file, after checking that it holds nothing but some of
 * these `fields`. Throws `CheckpointError` naming the file and the field.
 */
export function recommended<Fields extends z.ZodObject>(
  settings: BaseSettings,
  name: 'training' | 'video' | 'image',
  fields: Fields,
): Partial<z.input<Fields>> {
  const schema = z.object({ [name]: fields.partial().strict() });
  checkJson({ [name]: settings[name] }, schema, `${subject}, "${settings.path}"`);
  // As it stands there: defaults, filled in by the check, would look as if they were recommended.
  return settings[name] as Partial<z.input<Fields>>;
}
