/** @file Jobs in requests, answers and events. */
import { z } from 'zod';
import { jobCostSchema, jobKinds } from '../jobs/job.ts';
import { mostForms, workFormSchema } from './form-api.ts';
import { bytesSchema, dateSchema, itemIdSchema, jobIdSchema, titleSchema } from './identifiers.ts';
import { problemSchema } from './problem-api.ts';

/** How far a job is. What is absent is not known, or does not apply. */
export const progressSchema = z.object({
  /** A stage of the library, such as `encoding clips`, `training`, `sampling`. */
  stage: z.string(),
  done: z.number(),
  total: z.number(),
  /** Of a training: the last step. */
  loss: z.number().optional(),
  secondsPerStep: z.number().optional(),
  secondsLeft: z.number().optional(),
  /** Memory that the job's process takes. */
  memory: bytesSchema.optional(),
  /** Address of a small picture of what is being made, which may move; another one whenever it has changed. */
  preview: z.string().optional(),
});

/** See `progressSchema`. */
export type Progress = z.output<typeof progressSchema>;

/** Something a job said while it worked. */
export const remarkSchema = z.object({ at: dateSchema, message: z.string() });

/** A job, and what has become of it. */
export const jobSchema = z.object({
  id: jobIdSchema,
  kind: z.enum(jobKinds),
  title: z.string(),
  /**
   * `waiting`: begins by itself. `held`: does not begin until somebody says so. `stopped`: was begun and ended without
   * a result or an error (stopped, killed, or the power failed), and can go on. `failed`: `problem` says why. `done`:
   * `result` is there.
   */
  state: z.enum(['waiting', 'held', 'running', 'stopped', 'failed', 'done']),
  made: dateSchema,
  /** When its last attempt began. */
  begun: dateSchema.optional(),
  ended: dateSchema.optional(),
  progress: progressSchema.optional(),
  /** What one that waits takes, roughly: as was estimated, or as the training that it goes on with has gone so far. */
  cost: jobCostSchema.optional(),
  /** The motion, video or picture that it makes; a motion is there before the job is done. */
  result: itemIdSchema.optional(),
  problem: problemSchema.optional(),
  /** Settings by the library's names, without paths. */
  settings: z.record(z.string(), z.unknown()),
  /** What the form was, so that it can be edited and put again; absent for jobs that were not put by a form. */
  form: workFormSchema.optional(),
  /** The equal command of the shell; empty for a moment when the server starts. */
  command: z.string(),
});

/** See `jobSchema`. */
export type ApiJob = z.output<typeof jobSchema>;

/** A job whose folder cannot be read, and why. */
export const damagedJobSchema = z.object({ id: jobIdSchema, problem: problemSchema });

/** When a job was put, as its identifier says: an ISO date. */
export function dateOfJob(id: string): string {
  return id.replace(/^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-.*$/, '$1-$2-$3T$4:$5:$6Z');
}

/** See `damagedJobSchema`. */
export type ApiDamagedJob = z.output<typeof damagedJobSchema>;

/**
 * The jobs: those that run or wait in the order in which they are taken, then the others, latest first; of the finished
 * ones the last 200.
 */
export const queueSchema = z.object({
  jobs: z.array(jobSchema),
  damaged: z.array(damagedJobSchema),
  /** Whether no more are begun. */
  paused: z.boolean(),
  /** How many run at the same time. */
  most: z.number(),
});

/** Puts jobs at the end of the queue, in this order. */
export const putJobsSchema = z.object({
  forms: z.array(workFormSchema).min(1).max(mostForms),
  /** The first of them goes before all others: what runs makes way, and goes on by itself. */
  first: z.boolean().optional(),
});

/** The jobs that were put. */
export const putAnswerSchema = z.object({ jobs: z.array(jobSchema) });

/** What can be done with a job. */
export const jobActions = [
  /** Stops it after its step, or has it left out. */
  'cancel',
  /** Lets one that was stopped, failed or cancelled wait again. */
  'go-on',
  /** Has it go before all others. */
  'go-first',
] as const;

/** Puts what waits into this order; those that are not named come after. */
export const orderSchema = z.object({ jobs: z.array(jobIdSchema).max(10_000) });

/** Begins no more jobs, or begins them again. */
export const pauseSchema = z.object({ paused: z.boolean() });

/** Another form for a job that has not been begun, or another title. */
export const changeJobSchema = z.object({ form: workFormSchema.optional(), title: titleSchema.optional() });

/** The end of a job's log: remarks, and what its process printed, such as a crash of the engine. */
export const jobLogSchema = z.object({
  remarks: z.array(remarkSchema),
  /** The last 64 KiB of what it printed. */
  printed: z.string(),
});
