/** @file What is stored with a drawn picture, so that it can be drawn again. */
import { z } from 'zod';
import { drawnSchema, readStored, storedWith } from '../video/stored-settings.ts';

const storedSchema = z.object({
  ...drawnSchema.omit({ kind: true }).shape,
  /** The picture it was drawn from, with SHA-256 over its size and pixels, and how far it was drawn anew. */
  redrawn: z
    .object({
      width: z.int(),
      height: z.int(),
      sha256: z.string(),
      strength: z.number().min(0).max(1),
      /** How many of the sampler's steps that took. Older files lack it. */
      stepsTaken: z.int().min(0).optional(),
    })
    .optional(),
  ...storedWith,
});

/** Everything needed to draw a picture again, as it is stored in a PNG file. Holds no paths and no times. */
export type StoredPicture = z.infer<typeof storedSchema>;

/**
 * Reads the settings that a picture stores (`readPngMetadata`); `undefined` when it stores none. Throws
 * `CheckpointError`.
 */
export function storedPicture(metadata: Readonly<Record<string, string>>): StoredPicture | undefined {
  return readStored(metadata, storedSchema, "the picture's stored settings");
}
