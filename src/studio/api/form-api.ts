/** @file The forms of the page: what is wanted, with identifiers in the place of files. Each makes one job. */
import { z } from 'zod';
import { clipPartSchema } from './clip-api.ts';
import {
  baseIdSchema,
  bytesSchema,
  itemIdSchema,
  motionStateSchema,
  pixelsSchema,
  settingValuesSchema,
  textSchema,
  titleSchema,
} from './identifiers.ts';
import { problemSchema } from './problem-api.ts';

/** A clip that is learned from, and which part of it; default: that in the list of the clips, else all. */
export const clipChoiceSchema = z.strictObject({
  id: itemIdSchema,
  part: clipPartSchema.optional(),
  /** It is not learned from: the loss on it tells whether others profit. */
  heldOut: z.boolean().optional(),
});

/** See `motionStateSchema`. */
export type MotionState = z.output<typeof motionStateSchema>;

/** A motion, and its strength from 0 to 1. */
export const motionChoiceSchema = motionStateSchema.extend({
  strength: z.number().min(0).max(1).default(1),
});

const common = {
  /** A name for the job and its result; default: the prompt, else that of the picture which is animated. */
  title: titleSchema.optional(),
  /** Default: the built-in model. */
  base: baseIdSchema.optional(),
  settings: settingValuesSchema.default({}),
};

/** The first frame of a video: a picture, or what another model draws; default: drawn by the base. */
const firstFrame = {
  firstFrame: itemIdSchema.optional(),
  firstFrameBase: baseIdSchema.optional(),
};

/** Learns a motion. `settings` are those of `learn` in `settingsSchema`. */
export const learnFormSchema = z.strictObject({
  kind: z.literal('learn'),
  ...common,
  clips: z.array(clipChoiceSchema).min(1).max(1000),
  /** May be absent if every clip has a caption. */
  prompt: textSchema.optional(),
  /** A motion whose values are the initial ones; default: the image model's. */
  startFrom: motionStateSchema.optional(),
});

/** Makes a video. */
export const generateFormSchema = z.strictObject({
  kind: z.literal('generate'),
  ...common,
  motions: z.array(motionChoiceSchema).min(1).max(20),
  prompt: textSchema,
  ...firstFrame,
});

/** Animates a picture. */
export const animateFormSchema = z.strictObject({
  kind: z.literal('animate'),
  ...common,
  motions: z.array(motionChoiceSchema).min(1).max(20),
  picture: itemIdSchema,
  /** Default: the motion's. */
  prompt: textSchema.optional(),
});

/** Edits a clip. */
export const editFormSchema = z.strictObject({
  kind: z.literal('edit'),
  ...common,
  /** A clip or a video. */
  clip: itemIdSchema,
  prompt: textSchema,
  clipPrompt: textSchema.optional(),
  /** A motion that was learned from this clip, in place of learning it. */
  motion: motionStateSchema.optional(),
  ...firstFrame,
});

/** Draws a picture. */
export const drawFormSchema = z.strictObject({
  kind: z.literal('draw'),
  ...common,
  prompt: textSchema,
  /** A picture to redraw. */
  from: itemIdSchema.optional(),
});

/** What is wanted. */
export const workFormSchema = z.discriminatedUnion('kind', [
  learnFormSchema,
  generateFormSchema,
  animateFormSchema,
  editFormSchema,
  drawFormSchema,
]);

/** See `workFormSchema`; with defaults filled in. */
export type WorkForm = z.output<typeof workFormSchema>;

/** See `workFormSchema`; what a page sends. */
export type GivenForm = z.input<typeof workFormSchema>;

/** A form to be looked at before it is put. */
export const formQuestionSchema = z.object({ form: workFormSchema });

/** Most forms in one request: prompts × seeds of a grid. */
export const mostForms = 100;

/** Forms whose commands are wanted. */
export const commandQuestionSchema = z.object({ forms: z.array(workFormSchema).min(1).max(mostForms) });

/** The equal commands of the shell, one a form and line. Answered at once, while somebody types. */
export const commandAnswerSchema = z.object({ command: z.string() });

/**
 * What a form would take on this machine, and what is wrong with it. Answered within some seconds, by a process of its
 * own.
 */
export const estimateSchema = z.object({
  /** What would be refused; empty for a form that can be put. */
  problems: z.array(problemSchema),
  /** What the library would tell, such as that another size suits the base better. */
  notices: z.array(z.string()),
  /** Absent where it cannot be said, such as for a base that has not been downloaded. */
  memory: z
    .object({
      needed: bytesSchema,
      /** Of the machine, and what is free now. */
      whole: bytesSchema,
      free: bytesSchema,
      fits: z.boolean(),
      /** The way in which it fits: `fast`, `balanced` or `low`; absent where none does. */
      mode: z.string().optional(),
    })
    .optional(),
  time: z
    .object({
      /** Of one step, of training or of sampling. */
      secondsPerStep: z.number(),
      steps: z.number(),
      /** Of all steps, without samples. */
      seconds: z.number(),
      samples: z.object({ videos: z.number(), seconds: z.number() }).optional(),
    })
    .optional(),
  /** Size of the result and of what is kept beside it, if it can be said. */
  disk: bytesSchema.optional(),
  size: pixelsSchema.optional(),
  frames: z.number().optional(),
  /** Where it does not fit: values of settings with which it does, and in words what they change. */
  advice: z.array(z.object({ message: z.string(), settings: settingValuesSchema.optional() })),
});

/** See `estimateSchema`. */
export type Estimate = z.output<typeof estimateSchema>;
