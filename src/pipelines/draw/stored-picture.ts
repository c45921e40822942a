/** @file The settings stored with a picture, from which it can be reproduced. */
import { z } from 'zod';
import { storedShapeOf } from '../../settings.ts';
import { drawnSchema, readStored, storedWith } from '../video/stored-settings.ts';
import { redrawSettings } from './redrawing.ts';

const storedSchema = z.object({
  ...drawnSchema.omit({ kind: true }).shape,
  /** The picture it was redrawn from (SHA-256 over size and pixels), and how far. */
  redrawn: z
    .object({
      width: z.int(),
      height: z.int(),
      sha256: z.string(),
      ...storedShapeOf(redrawSettings),
      /** Number of sampler steps actually taken. Absent in older files. */
      stepsTaken: z.int().min(0).optional(),
    })
    .optional(),
  ...storedWith,
});

/** Everything needed to reproduce a picture, as stored in a PNG file. Contains no paths and no times. */
export type StoredPicture = z.infer<typeof storedSchema>;

/**
 * Reads a picture's stored settings from its metadata (`readPngMetadata`); `undefined` if there are none. Throws
 * `CheckpointError` if they are damaged.
 */
export function storedPicture(metadata: Readonly<Record<string, string>>): StoredPicture | undefined {
  return readStored(metadata, storedSchema, "the picture's stored settings");
}
