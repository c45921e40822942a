/** @file The settings stored in a video's metadata, from which it can be reproduced. */
import { z } from 'zod';
import { checkJson } from '../../checkpoints/json-file.ts';
import { parseJson } from '../../checkpoints/json-text.ts';
import { settingsKey } from '../../media/lamp-made.ts';
import { fitSchema, shapeSettings } from '../../media/shape-settings.ts';
import { motionVariantSchema } from '../../motion/variant.ts';
import { memoryModes } from '../../runtime/memory-mode.ts';
import { storedShapeOf } from '../../settings.ts';
import { redrawSettings } from '../draw/redrawing.ts';
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
  /** The precision of products with the U-Net's weights; absent for f32. */
  precision: z.enum(['int8', 'tf32']).optional(),
});

/** Fields stored with both pictures and videos. */
export const storedWith = {
  seed: z.int(),
  width: z.int().positive(),
  height: z.int().positive(),
  /** The device; others round differently. */
  device: z.string(),
  base: baseIdentitySchema,
  versions: z.record(z.string(), z.string()),
};

/** The clip and its inversion, from which an edited video was sampled. */
const inversionSchema = z.object({
  /** Identity of the clip's content. */
  clip: z.string(),
  /** Rate at which the clip's frames were sampled, in frames a second; absent: frame by frame. */
  clipFps: z.number().positive().optional(),
  /** Every n-th of these frames was taken, from the first on. */
  stride: z.int().positive(),
  /** How it was fitted to the video's size. */
  fit: fitSchema,
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

/** How a clip's first frame was redrawn, and how far (see `redrawStart`). */
const redrawnSchema = z.object({
  prompt: z.string(),
  negativePrompt: z.string(),
  ...samplingFields,
  seed: z.int(),
  ...storedShapeOf(redrawSettings),
  /** Number of sampler steps actually taken. Absent in older files. */
  stepsTaken: z.int().min(0).optional(),
  /** The other base model, if one redrew it. */
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
  frames: shapeSettings.frames.schema,
  ...storedWith,
  /** How much memory the video U-Net took: modes round differently. Absent in older files. */
  memory: z.enum(memoryModes).optional(),
  ...storedShapeOf(videoSettings),
  /**
   * Number of `samplerSteps` actually taken; fewer if the video was finished early (`finishAt`). Absent in older files.
   */
  stepsTaken: z.int().positive().optional(),
  /** Number of them with guidance, if it was limited (`guidanceStart`, `guidanceEnd`, `adaptiveGuidance`). */
  guidedSteps: z.int().min(0).optional(),
  /** Number of those that the motion took with the whole network, if deep features were reused (`deepEvery`). */
  fullSteps: z.int().min(0).optional(),
  /**
   * Number of steps taken by the image model (`imageModelBelow`): the last of `stepsTaken` or, in a video that was
   * finished early, additional ones. Only if requested; absent in older files.
   */
  imageModelSteps: z.int().min(0).optional(),
  firstFrame: z.discriminatedUnion('kind', [
    drawnSchema,
    /** SHA-256 over size and pixels of the given picture. */
    z.object({
      kind: z.literal('picture'),
      width: z.int(),
      height: z.int(),
      sha256: z.string(),
      /** How it was redrawn from the first frame of the clip in `inversion`, if it was. */
      redrawn: redrawnSchema.optional(),
      /** How another base model drew it, if one did, and at which size. */
      drawn: drawnElsewhereSchema.optional(),
    }),
    /** The motion's variant has no given first frame, and samples it like the others. */
    z.object({ kind: z.literal('none') }),
  ]),
  /**
   * SHA-256 over the trained tensors as applied; the motion's name; the variant, if it is not LAMP itself; and the
   * motions with their strengths, unless it was one motion of strength 1.
   */
  motion: z.object({
    name: z.string().optional(),
    sha256: z.string(),
    variant: motionVariantSchema.optional(),
    parts: z.array(z.object({ name: z.string(), sha256: z.string(), strength: z.number() })).optional(),
  }),
  /** The inversion from which an edited video was sampled. */
  inversion: inversionSchema.optional(),
  /** The frame rate, if the video was written. */
  framesPerSecond: z.number().positive().optional(),
});

/** Everything needed to reproduce a video, as stored in it. Contains no paths and no times. */
export type StoredSettings = z.infer<typeof storedSchema>;

/** The metadata of a video or picture that says how it was made. */
export function storedMetadata(settings: object): Record<string, string> {
  return { [settingsKey]: JSON.stringify(settings) };
}

export { settingsKey };

/**
 * Reads a video's stored settings from its metadata (`readVideoMetadata`); `undefined` if there are none. Throws
 * `CheckpointError` if they are damaged.
 */
export function storedSettings(metadata: Readonly<Record<string, string>>): StoredSettings | undefined {
  return readStored(metadata, storedSchema, "the video's stored settings");
}

/**
 * Reads the metadata under `settingsKey`; `undefined` if there are none. Throws `CheckpointError` naming `what` if they
 * are damaged.
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
