/** @file `lamp.json` in a base model's folder: recommended settings of the model, used as defaults. */
import { join } from 'node:path';
import { z } from 'zod';
import { checkJson, readJsonFile } from '../checkpoints/json-file.ts';
import { isThere } from '../checkpoints/user-file.ts';
import { sizeSchema } from '../media/shape-settings.ts';

const subject = "the base model's recommended settings";

/** Its fields are checked where they are used: see `recommended`. */
const part = z.record(z.string(), z.unknown()).default({});

const schema = z.strictObject({
  /** Size in pixels of its images, and of videos for training. */
  size: sizeSchema.optional(),
  /** For training a motion. */
  training: part,
  /** For generating videos. */
  video: part,
  /** For drawing images, including first frames of videos. */
  image: part,
});

/** Recommendations of a base model, and the path of their file. */
export type BaseSettings = z.infer<typeof schema> & { readonly path: string };

/** Reads `lamp.json` of a base model's folder; empty when there is none. Throws `CheckpointError`. */
export async function readBaseSettings(folder: string): Promise<BaseSettings> {
  const path = join(folder, 'lamp.json');
  const there = await isThere(path);
  return { path, ...(there ? await readJsonFile(path, schema, subject) : schema.parse({})) };
}

/**
 * One part of a base model's recommendations, as stored in the file. Throws `CheckpointError`, naming the file and the
 * field, if it contains anything but some of these `fields`.
 */
export function recommended<Fields extends z.ZodObject>(
  settings: BaseSettings,
  name: 'training' | 'video' | 'image',
  fields: Fields,
): Partial<z.input<Fields>> {
  const schema = z.object({ [name]: fields.partial().strict() });
  checkJson({ [name]: settings[name] }, schema, `${subject}, "${settings.path}"`);
  // Not the result of the check: defaults filled in by the schema would look like recommendations.
  return settings[name] as Partial<z.input<Fields>>;
}
