/** @file Base models in answers. */
import { z } from 'zod';
import { baseIdSchema, bytesSchema, pixelsSchema, settingValuesSchema } from './identifiers.ts';
import { problemSchema } from './problem-api.ts';

/** A base model that can be chosen. */
export const baseSchema = z.object({
  id: baseIdSchema,
  name: z.string(),
  /** Where it is: included, in the studio's `bases/`, in a folder given by `--bases`, or in the hub's cache. */
  where: z.enum(['built-in', 'studio', 'folder', 'cache']),
  bytes: bytesSchema.optional(),
});

/** See `baseSchema`. */
export type ApiBase = z.output<typeof baseSchema>;

/** All base models that are here. */
export const basesSchema = z.object({ bases: z.array(baseSchema) });

/** What is in a base model: answered within some seconds, by a process of its own. */
export const baseDetailSchema = z.object({
  id: baseIdSchema,
  name: z.string(),
  /** Whether motions can be learned on it; others only draw pictures and first frames. */
  learns: z.boolean(),
  size: pixelsSchema.optional(),
  /** Pixels of which sides must be multiples. */
  multiple: z.number().optional(),
  parameters: z.number().optional(),
  /** What it recommends for learning, for videos and for pictures. */
  recommended: z.object({
    training: settingValuesSchema,
    video: settingValuesSchema,
    picture: settingValuesSchema,
  }),
  /** What it was shown, if known: lists of phrases by name. */
  shown: z.record(z.string(), z.array(z.string())).optional(),
  problem: problemSchema.optional(),
});
