/** @file What the server tells every page without being asked: server-sent events with these as their data. */
import { z } from 'zod';
import { jobIdSchema } from './identifiers.ts';
import { jobSchema, progressSchema } from './job-api.ts';

/** What can have changed. */
export const changing = ['motions', 'clips', 'videos', 'pictures', 'bases', 'jobs', 'trash'] as const;

/**
 * An event. A page that was away, or is slow, misses events but not their outcome: each says what is true now, and
 * those that a later one replaces are left out. After `hello` a page asks for all that it shows.
 */
export const studioEventSchema = z.discriminatedUnion('type', [
  /** The first event of every stream. */
  z.object({ type: z.literal('hello'), studio: z.string(), version: z.string() }),
  /** Something in this list is other than before: it is to be asked for again, or only this item, if one is named. */
  z.object({ type: z.literal('changed'), what: z.enum(changing), id: z.string().optional() }),
  /** A job's state is another. */
  z.object({ type: z.literal('job'), job: jobSchema }),
  /** How far a job is; at most twice a second. */
  z.object({ type: z.literal('progress'), job: jobIdSchema, progress: progressSchema }),
]);

/** See `studioEventSchema`. */
export type StudioEvent = z.output<typeof studioEventSchema>;
