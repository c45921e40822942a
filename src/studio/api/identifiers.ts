/** @file Names of things in requests: identifiers that the server made. No request names a file or a folder. */
import { z } from 'zod';
import { jobIdPattern } from '../jobs/job.ts';

/**
 * What stands for a file or folder of the studio: a motion, clip, video, picture, base or what was deleted. It stays
 * the same as long as the file is in its place.
 */
export const itemIdSchema = z.string().regex(/^[0-9a-f]{16}$/);

/** See `itemIdSchema`. */
export type ItemId = z.output<typeof itemIdSchema>;

/** What stands for a job. */
export const jobIdSchema = z.string().regex(jobIdPattern);

/** The base model that is included in lamp. */
export const builtInBaseId = 'built-in';

/** A base model: one of those that the server lists, or one on the hub, which is downloaded when it is needed. */
export const baseIdSchema = z.union([
  z.literal(builtInBaseId),
  itemIdSchema,
  z
    .string()
    .max(200)
    .regex(/^hub:[\w][\w.-]*\/[\w][\w.-]*(@[\w][\w./-]*)?$/),
]);

/** A name that people gave; it is shown as text and names no file. */
export const titleSchema = z.string().trim().min(1).max(200);

/** A prompt or a caption. */
export const textSchema = z.string().max(10_000);

/** Values of settings by the library's names of them; the server refuses those that it sets itself, such as paths. */
export const settingValuesSchema = z.record(z.string().max(100), z.json());

/** See `settingValuesSchema`. */
export type ApiSettingValues = z.output<typeof settingValuesSchema>;

/** An ISO date with time. */
export const dateSchema = z.string();

/** A number of bytes. */
export const bytesSchema = z.number().min(0);

/** A size in pixels. */
export const pixelsSchema = z.object({ width: z.number(), height: z.number() });

/** The answer to requests that only do something. */
export const doneSchema = z.object({ done: z.literal(true) });

/** What has been deleted, and can be had back. */
export const deletedSchema = z.object({ trash: itemIdSchema, title: z.string() });

/** A motion or, of its training, the state at a checkpoint (one that is `usable`). */
export const motionStateSchema = z.strictObject({
  motion: itemIdSchema,
  checkpoint: itemIdSchema.optional(),
});
