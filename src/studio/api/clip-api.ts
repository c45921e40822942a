/** @file Clips in requests and answers: bringing them, looking at them, captions. */
import { z } from 'zod';
import {
  baseIdSchema,
  bytesSchema,
  dateSchema,
  itemIdSchema,
  motionStateSchema,
  settingValuesSchema,
  textSchema,
  titleSchema,
} from './identifiers.ts';
import { problemSchema } from './problem-api.ts';

/** A clip as the studio's folder shows it, without its content being read. */
export const clipSchema = z.object({
  id: itemIdSchema,
  /** Name of the file or folder. */
  name: z.string(),
  /** `frames`: a folder of numbered pictures. */
  kind: z.enum(['video', 'animation', 'frames']),
  bytes: bytesSchema,
  added: dateSchema,
  /** Its own caption, if it has one. */
  caption: z.string().optional(),
});

/** See `clipSchema`. */
export type ApiClip = z.output<typeof clipSchema>;

/** Clips that belong together: a folder in `clips/`, or the loose files there. */
export const clipSetSchema = z.object({
  id: itemIdSchema,
  title: z.string(),
  clips: z.array(clipSchema),
  /** Other contents, which are not used, and why. */
  others: z.array(z.object({ name: z.string(), reason: z.string(), advice: z.string().optional() })),
});

/** All clips. */
export const clipSetsSchema = z.object({ sets: z.array(clipSetSchema) });

/** A new, empty set. */
export const newClipSetSchema = z.object({ title: titleSchema });

/**
 * One file of a clip set: the body is the file itself. `name` is its name, of which the server makes one of its own;
 * `folder` is that of a folder of numbered pictures, which are one clip.
 */
export const uploadQuerySchema = z.object({
  name: z.string().min(1).max(255),
  folder: z.string().min(1).max(255).optional(),
});

/** What came of an upload; the file is there only if it could be read. */
export const clipUploadSchema = z.object({ set: itemIdSchema, clip: clipSchema.optional() });

/** Captions of several clips; an empty one removes the clip's own. */
export const captionsSchema = z.object({
  captions: z
    .array(z.object({ clip: itemIdSchema, caption: textSchema }))
    .min(1)
    .max(1000),
});

const whole = (least: number) => z.number().int().min(least).max(1e9);

/** A part of a clip; what is absent is not limited. Seconds as a player shows them, pixels of the whole picture. */
export const clipPartSchema = z.strictObject({
  start: z.number().min(0).max(1e6).optional(),
  end: z.number().min(0).max(1e6).optional(),
  /** In place of `start` and `end`: the first frame, counted from 0, and the one after the last. */
  startFrame: whole(0).optional(),
  endFrame: whole(1).optional(),
  crop: z.strictObject({ left: whole(0), top: whole(0), width: whole(1), height: whole(1) }).optional(),
});

/** See `clipPartSchema`. */
export type ClipPart = z.output<typeof clipPartSchema>;

/**
 * What to look at: clips, with the settings of the training that they are for (`look` in `settingsSchema`: frames,
 * width, height, clipFps, stride, window, fit).
 */
export const lookQuestionSchema = z.object({
  clips: z.array(itemIdSchema).min(1).max(1000),
  /** Parts of clips, by the clips' identifiers; default: what stands in the list of the clips, else all. */
  parts: z.record(itemIdSchema, clipPartSchema).optional(),
  settings: settingValuesSchema.default({}),
  /**
   * The training that will see them: what `settings` omits is as it has it by its base (an identifier; default: the
   * built-in model), its preset, and the motion that it begins with. Absent: what `lamp clips` has by default.
   */
  training: z
    .strictObject({
      base: baseIdSchema.optional(),
      preset: z.string().max(100).optional(),
      startFrom: motionStateSchema.optional(),
    })
    .optional(),
});

/** See `lookQuestionSchema`. */
export type LookTraining = NonNullable<z.output<typeof lookQuestionSchema>['training']>;

/** Something that was noticed about a clip or a set. */
export const noteSchema = z.object({ message: z.string(), advice: z.array(z.string()).optional() });

/** What is found about a clip (see `lamp clips`), and the frames that a training will see. */
export const lookedClipSchema = z.object({
  clip: itemIdSchema,
  width: z.number(),
  height: z.number(),
  /** Absent for folders of pictures. */
  framesPerSecond: z.number().optional(),
  frames: z.number(),
  seconds: z.number().optional(),
  /** The part of it that is used, asked for or in the list of the clips; the other facts are those of the whole. */
  part: clipPartSchema.optional(),
  caption: z.string().optional(),
  notes: z.array(noteSchema),
  /** Whether it can be learned from. */
  usable: z.boolean(),
  largestStride: z.number(),
  /** First frames of the shots. */
  cuts: z.array(z.number()),
  /**
   * The training video: its frames by number, how many there could be (`starts`), and addresses of a picture with the
   * frames in a row and of a loop that plays. Absent if the clip is too short.
   */
  sees: z
    .object({
      frames: z.array(z.number()),
      starts: z.number(),
      strip: z.string(),
      loop: z.string(),
      stripFrames: z.number(),
    })
    .optional(),
});

/** What is found about clips. */
export const lookAnswerSchema = z.object({
  clips: z.array(lookedClipSchema),
  unreadable: z.array(z.object({ clip: itemIdSchema, problem: problemSchema })),
  /** Clips with nearly the same content, with advice. */
  alike: z.array(z.object({ clips: z.array(itemIdSchema), message: z.string() })),
  notes: z.array(noteSchema),
  /** Settings to learn with. */
  proposal: settingValuesSchema.optional(),
  /** The size of a training video; absent where clips keep their own. */
  size: z.object({ width: z.number(), height: z.number() }).optional(),
  /** Frames a second at which the clips are sampled; `frames`: each frame as it comes. */
  clipFps: z.union([z.number(), z.literal('frames')]),
});

/** See `lookAnswerSchema`. */
export type LookAnswer = z.output<typeof lookAnswerSchema>;
