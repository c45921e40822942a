/** @file Motions and their training in requests and answers. */
import { z } from 'zod';
import {
  baseIdSchema,
  bytesSchema,
  dateSchema,
  itemIdSchema,
  jobIdSchema,
  textSchema,
  titleSchema,
} from './identifiers.ts';
import { progressSchema } from './job-api.ts';
import { problemSchema } from './problem-api.ts';

/** A motion: the run folder of a training, or a motion file. */
export const motionSchema = z.object({
  id: itemIdSchema,
  title: z.string(),
  kind: z.enum(['run', 'file']),
  /**
   * `learning`: a process of the studio or of `lamp train` works on it. `stopped`: its training is not complete.
   * `damaged`: `problem` says why; nothing else is known then.
   */
  state: z.enum(['waiting', 'learning', 'stopped', 'done', 'damaged']),
  /** Whether there is a motion to make videos with, perhaps of an unfinished training. */
  usable: z.boolean(),
  /** The studio's job that learns or learned it. */
  job: jobIdSchema.optional(),
  problem: problemSchema.optional(),
  /** Name of the base that it was learned on. */
  base: z.string().optional(),
  prompt: z.string().optional(),
  frames: z.number().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  framesPerSecond: z.number().optional(),
  /** Steps taken, and steps that its training is to take. */
  steps: z.number().optional(),
  wantedSteps: z.number().optional(),
  /** Size of the motion file. */
  bytes: bytesSchema.optional(),
  made: dateSchema.optional(),
  changed: dateSchema.optional(),
  /** Address of a looping preview: the last sample. */
  preview: z.string().optional(),
});

/** See `motionSchema`. */
export type ApiMotion = z.output<typeof motionSchema>;

/** All motions, latest first. */
export const motionsSchema = z.object({ motions: z.array(motionSchema) });

/** A sample video that was made during a training. */
export const sampleSchema = z.object({
  id: itemIdSchema,
  step: z.number(),
  /** Counted from 0; samples of the same number have the same prompt and seed. */
  number: z.number(),
  prompt: z.string().optional(),
  /** Format of the file as it is stored. */
  format: z.enum(['mp4', 'gif']),
  /** Address of the video or picture that plays, and of a still picture. */
  plays: z.string(),
  still: z.string(),
  /** Addresses of a small loop, and of a copy as WebM; made when they are first asked for. */
  loop: z.string(),
  webm: z.string(),
  bytes: bytesSchema,
});

/** A state of a training that it can go on from. */
export const checkpointSchema = z.object({
  id: itemIdSchema,
  step: z.number(),
  bytes: bytesSchema,
  made: dateSchema,
  /** Whether it can be used as a motion. */
  usable: z.boolean(),
});

/** A clip of a training, as its run records it. */
export const learnedClipSchema = z.object({
  name: z.string(),
  /** Where it is still in the studio. */
  clip: itemIdSchema.optional(),
  caption: z.string().optional(),
  frames: z.number().optional(),
  /** Whether it was not learned from. */
  heldOut: z.boolean().optional(),
});

/** A motion with its training. */
export const motionDetailSchema = motionSchema.extend({
  /** Settings of its training by the library's names, without paths. */
  settings: z.record(z.string(), z.unknown()),
  /** The base to use it with, where it is here. */
  baseId: baseIdSchema.optional(),
  clips: z.array(learnedClipSchema),
  samples: z.array(sampleSchema),
  checkpoints: z.array(checkpointSchema),
  progress: progressSchema.optional(),
  /** The equal command of the shell. */
  command: z.string().optional(),
  disk: z.object({
    whole: bytesSchema,
    motion: bytesSchema,
    checkpoints: bytesSchema,
    samples: bytesSchema,
    /** What may be deleted once a training is complete: encoded clips and drawn scenes. */
    leftovers: bytesSchema,
  }),
});

/** See `motionDetailSchema`. */
export type ApiMotionDetail = z.output<typeof motionDetailSchema>;

/** Number of steps whose metrics are known; 0 at first. */
export const metricsQuerySchema = z.object({ from: z.coerce.number().int().min(0).default(0) });

/**
 * Metrics of the steps after the first `from`, in columns of equal length, up to the step `to`. Where `from` is 0
 * although more were known, the training has gone back, and what was known is to be dropped.
 */
export const metricsSchema = z.object({
  from: z.number(),
  to: z.number(),
  step: z.array(z.number()),
  loss: z.array(z.number()),
  learningRate: z.array(z.number()),
  gradNorm: z.array(z.number()),
  seconds: z.array(z.number()),
  /** Losses of held-out clips, where there are any: with the steps at which they were taken. */
  heldOut: z.object({ step: z.array(z.number()), loss: z.array(z.number()) }).optional(),
});

/** See `metricsSchema`. */
export type ApiMetrics = z.output<typeof metricsSchema>;

/** Another title. */
export const renameSchema = z.object({ title: titleSchema });

/** Goes on with a training; `steps` is how many it is to have taken in the end, default as before. */
export const goOnSchema = z.object({ steps: z.number().int().min(1).max(10_000_000).optional() });

/**
 * Wishes to a training, which it fulfils after its step: to save and stop until it is told to go on; to make samples;
 * to make samples of a further prompt, too, from now on. One that is stopped samples when it goes on.
 */
export const wishSchema = z
  .object({
    pause: z.boolean().optional(),
    sampleNow: z.boolean().optional(),
    samplePrompt: textSchema.trim().min(1).optional(),
  })
  .refine(({ pause, sampleNow, samplePrompt }) => pause || sampleNow || samplePrompt !== undefined, {
    error: 'at least one of pause, sampleNow and samplePrompt',
  });

/** Goes back to a checkpoint: later ones and the motion go to the trash, and it goes on from there when asked to. */
export const rollBackSchema = z.object({ checkpoint: itemIdSchema });

/** What to remove of complete trainings: it goes at once, and can be made again. */
export const tidySchema = z.object({ motions: z.array(itemIdSchema).min(1).max(10_000) });

/** How much was freed. */
export const tidyAnswerSchema = z.object({ freed: bytesSchema });

/**
 * A motion file (.safetensors); the body is the file itself. With `base`, it is the weights file of the reference
 * implementation's U-Net (`diffusion_pytorch_model.bin` or `.safetensors`), of which a motion file is made; what it
 * does not say is said here: a prompt, which it needs, and what the training had where it was not usual.
 */
export const importQuerySchema = z
  .object({
    name: z.string().min(1).max(255),
    title: titleSchema.optional(),
    base: baseIdSchema.optional(),
    prompt: textSchema.trim().min(1).optional(),
    frames: z.coerce.number().int().optional(),
    width: z.coerce.number().int().optional(),
    height: z.coerce.number().int().optional(),
    framesPerSecond: z.coerce.number().optional(),
    steps: z.coerce.number().int().optional(),
    /** The base's weights may differ from those that it was trained on. */
    otherBase: z.literal('true').optional(),
  })
  .refine(({ base, prompt }) => base === undefined || prompt !== undefined, {
    error: 'a motion says what its clips show',
    path: ['prompt'],
  });
