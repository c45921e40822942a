/** @file The machine and the disk in answers. */
import { z } from 'zod';
import { bytesSchema, dateSchema, itemIdSchema } from './identifiers.ts';

/** What `lamp doctor` finds about one thing. */
export const findingSchema = z.object({
  subject: z.string(),
  verdict: z.enum(['ok', 'warning', 'problem']),
  found: z.string(),
  advice: z.array(z.string()),
  data: z.record(z.string(), z.unknown()).optional(),
});

/** What `lamp doctor` finds: answered within some seconds to a minute, by processes of their own. */
export const doctorSchema = z.object({
  usable: z.boolean(),
  findings: z.array(findingSchema),
  at: dateSchema,
});

/** Where the disk's space goes. */
export const diskSchema = z.object({
  free: bytesSchema,
  whole: bytesSchema,
  studio: z.object({
    motions: bytesSchema,
    videos: bytesSchema,
    clips: bytesSchema,
    pictures: bytesSchema,
    bases: bytesSchema,
    jobs: bytesSchema,
    trash: bytesSchema,
    /** Copies for playing, which are made again when they are needed. */
    cache: bytesSchema,
  }),
});

/** What was deleted, and can be had back. */
export const trashSchema = z.object({
  entries: z.array(
    z.object({
      id: itemIdSchema,
      title: z.string(),
      kind: z.string(),
      deleted: dateSchema,
      bytes: bytesSchema,
    }),
  ),
});

/** The studio itself. */
export const studioSchema = z.object({
  /** Tells studios apart. */
  id: z.string(),
  name: z.string(),
  version: z.string(),
  /** Limits of uploads. */
  limits: z.object({
    bytes: bytesSchema,
    checkpointBytes: bytesSchema,
    clips: z.number(),
    pixels: z.number(),
    seconds: z.number(),
    picturePixels: z.number(),
  }),
  /** Whether MP4 and WebM can be read and written here. */
  codecs: z.boolean().optional(),
});
