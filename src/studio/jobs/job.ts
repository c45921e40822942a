/** @file What a job is: a call of the library that is kept in a folder, and what has become of it. */
import { z } from 'zod';
import type { PackedError } from '../../library/packed-error.ts';

/** The kinds of jobs, and the function of the library that each calls. */
export const jobCalls = {
  learn: 'learnMotion',
  generate: 'generateVideo',
  animate: 'animateImage',
  edit: 'editVideo',
  draw: 'drawImage',
} as const;

/** A kind of job. */
export type JobKind = keyof typeof jobCalls;

/** The kinds. */
export const jobKinds = Object.keys(jobCalls) as [JobKind, ...JobKind[]];

/** Identifiers are made here, and name files: nothing else is accepted as one. */
export const jobIdPattern = /^\d{8}-\d{6}-[0-9a-f]{8}$/;

/** Contents of a job's `job.json`: what is wanted. It never changes. */
export const jobRecordSchema = z.object({
  format: z.literal('lamp-job'),
  version: z.literal(1),
  id: z.string().regex(jobIdPattern),
  kind: z.enum(jobKinds),
  /** Options of the library's function, without `out`, which follows from the identifier. */
  options: z.record(z.string(), z.unknown()),
  /**
   * Name of a run folder in `motions/` with which a training goes on; `options` are then only what changes. Default: a
   * new run, named after the job.
   */
  run: z
    .string()
    .regex(/^[^/\\\0]+$/)
    .refine((name) => name !== '.' && name !== '..')
    .optional(),
  /** What people call it. */
  title: z.string().optional(),
  /** What the page's form was, for showing and changing it; its own business. */
  form: z.unknown().optional(),
  /** ISO date. */
  made: z.string(),
});

/** See `jobRecordSchema`. */
export type JobRecord = z.output<typeof jobRecordSchema>;

/** What a job takes: seconds in all, and bytes of memory. What is absent is not known. */
export const jobCostSchema = z.object({ seconds: z.number().optional(), memory: z.number().optional() });

/** See `jobCostSchema`. */
export type JobCost = z.output<typeof jobCostSchema>;

/** What has become of a job, as its files and its process show; there is no flag that could be wrong. */
export type JobState =
  /** It has not been begun, or has made way for another and goes on by itself. */
  | { readonly state: 'waiting' }
  /** It is not to be begun until somebody says so. */
  | { readonly state: 'held' }
  | { readonly state: 'running'; readonly pid: number }
  /** It was begun and ended without a result or an error: stopped, killed, or the power failed. */
  | { readonly state: 'stopped' }
  | { readonly state: 'failed'; readonly error: PackedError }
  /** Its result is there. */
  | { readonly state: 'done'; readonly result: string };

/** A job, and what has become of it. */
export type Job = JobRecord & JobState;
