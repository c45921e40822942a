/** @file What is stored with a video, in its metadata, so that it can be made again. */
import { z } from 'zod';
import { checkJson } from '../../checkpoints/json-file.ts';
import { parseJson } from '../../checkpoints/json-text.ts';
import { settingsKey } from '../../media/lamp-made.ts';
import { motionVariantSchema } from '../../motion/variant.ts';
import { storedShapeOf } from '../../settings.ts';
import { pictureSampling } from '../draw/sampling-settings.ts';
import { videoSettings } from './video-settings.ts';

const samplingFields = storedShapeOf(pictureSampling);

/** How a first frame was drawn. */
export const drawnSchema = z.object({
  kind: z.literal('drawn'),
  prompt: z.string(),
  negativePrompt: z.string(),
  ...samplingFields,
});

/** A base model's name, and fingerprints of the files of its networks. */
const baseIdentitySchema = z.object({
  name: z.string(),
  unet: z.string(),
  vae: z.string(),
  textEncoder: z.string(),
  /** The second one, of Stable Diffusion XL. */
  textEncoder2: z.string().optional(),
});

/** What is stored with pictures and videos alike. */
export const storedWith = {
  seed: z.int(),
  width: z.int().positive(),
  height: z.int().positive(),
  /** Where it was computed: other devices round differently. */
  device: z.string(),
  base: baseIdentitySchema,
  versions: z.record(z.string(), z.string()),
};

/** What the clip was that an edited video began with in place of noise. */
const inversionSchema = z.object({
  /** Identity of the clip's content. */
  clip: z.string(),
  /** Every how manieth frame of it was taken, from the first on. */
  /** Frames a second at which the clip's frames were taken; absent: every frame as one. */
  clipFps: z.number().positive().optional(),
  stride: z.int().positive(),
  /** How it met the video's size. */
  fit: z.enum(['cover', 'stretch']),
  /** Steps of the DDIM inversion. */
  steps: z.int().positive(),
});

/** See `StoredSettings.inversion`. */
export type StoredInversion = z.infer<typeof inversionSchema>;

/** Another base model than the video's, and the size of what it drew. */
const drawnElsewhere = {
  base: baseIdentitySchema,
  width: z.int().positive(),
  height: z.int().positive(),
};

/** How a clip's first frame was drawn anew, and how far (see `redrawStart`). */
const redrawnSchema = z.object({
  prompt: z.string(),
  negativePrompt: z.string(),
  ...samplingFields,
  seed: z.int(),
  strength: z.number().min(0).max(1),
  /** How many of the sampler's steps that took. Older files lack it. */
  stepsTaken: z.int().min(0).optional(),
  /** Where another base model drew it. */
  by: z.object(drawnElsewhere).optional(),
});

/** How another base model drew a first frame. */
const drawnElsewhereSchema = z.object({
  ...drawnSchema.omit({ kind: true }).shape,
  ...drawnElsewhere,
  seed: z.int(),
});

/** See `StoredSettings.firstFrame`. */
export type StoredDrawing = z.infer<typeof drawnElsewhereSchema>;

/** See `StoredSettings.firstFrame`. */
export type StoredRedrawing = z.infer<typeof redrawnSchema>;

const storedSchema = z.object({
  prompt: z.string(),
  negativePrompt: z.string(),
  frames: z.int().min(2),
  ...storedWith,
  ...storedShapeOf(videoSettings),
  /**
   * Steps that were taken of `samplerSteps`: fewer where the video was finished early (`finishAt`). Older files lack
   * it.
   */
  stepsTaken: z.int().positive().optional(),
  /**
   * Steps in which the image model drew (`imageModelBelow`): the last of `stepsTaken`, or, in a video that was
   * finished early, further ones. Only where it was asked to; older files lack it.
   */
  imageModelSteps: z.int().min(0).optional(),
  firstFrame: z.discriminatedUnion('kind', [
    drawnSchema,
    /** SHA-256 over size and pixels of the picture as it was given. */
    z.object({
      kind: z.literal('picture'),
      width: z.int(),
      height: z.int(),
      sha256: z.string(),
      /** How it was drawn from the first frame of the clip of `inversion`, if it was. */
      redrawn: redrawnSchema.optional(),
      /** How another base model drew it, if one did, and how large. */
      drawn: drawnElsewhereSchema.optional(),
    }),
    /** No first frame was given: the motion's variant draws it like the others. */
    z.object({ kind: z.literal('none') }),
  ]),
  /**
   * SHA-256 over the trained tensors as they acted; the name as the maker called it; the variant where it is not LAMP
   * itself; and unless it was one motion of strength 1, the motions with theirs.
   */
  motion: z.object({
    name: z.string().optional(),
    sha256: z.string(),
    variant: motionVariantSchema.optional(),
    parts: z.array(z.object({ name: z.string(), sha256: z.string(), strength: z.number() })).optional(),
  }),
  /** An edited video began with a clip, as DDIM inversion found its noise. */
  inversion: inversionSchema.optional(),
  /** The rate it was written at, where it was written. */
  framesPerSecond: z.number().positive().optional(),
});

/** Everything needed to make a video again, as it is stored in the video. Holds no paths and no times. */
export type StoredSettings = z.infer<typeof storedSchema>;

export { settingsKey };

/**
 * Reads the settings that a video stores (`readVideoMetadata`); `undefined` when it stores none. Throws
 * `CheckpointError`.
 */
export function storedSettings(metadata: Readonly<Record<string, string>>): StoredSettings | undefined {
  return readStored(metadata, storedSchema, "the video's stored settings");
}

/**
 * What metadata holds under `settingsKey`; `undefined` when nothing. Throws `CheckpointError` naming `what` is damaged.
 */
export function readStored<T>(
  metadata: Readonly<Record<string, string>>,
  schema: z.ZodType<T>,
  what: string,
): T | undefined {
  const text = metadata[settingsKey];
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = parseJson(text, { values: 10_000 });
  } catch {
    value = undefined;
  }
  return checkJson(value, schema, what);
}
