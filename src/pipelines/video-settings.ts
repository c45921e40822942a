/** @file How a video is made: settings, their defaults, the reference's values, and what is stored with the video. */
import { z } from 'zod';
import { checkJson } from '../checkpoints/json-file.ts';
import { UsageError } from '../errors.ts';
import { type BaseSettings, recommended } from '../models/base-settings.ts';
import { motionVariantSchema } from '../motion/variant.ts';
import { type SamplingSettings, samplerNames } from './sampling.ts';

const sampling = {
  sampler: z.enum(samplerNames),
  samplerSteps: z.int().positive(),
  eta: z.number().min(0).max(1),
  guidance: z.number().nonnegative(),
};

/** See `VideoSettings.firstFrameFit`. */
export const firstFrameFits = ['cover', 'pad', 'stretch', 'opencv'] as const;

const settingsSchema = z.object({
  ...sampling,
  /** Share of frame 0's noise in the noise of every other frame (the paper's α), 0 to 1. */
  noiseShare: z.number().min(0).max(1),
  /** Keep the shared noise at unit variance; the paper's method leaves it at a standard deviation of 0.825. */
  keepNoiseVariance: z.boolean(),
  /**
   * When frame 1 begins to take frame 0's statistics: after 62 % of the steps (`scaled`), or from the 32nd step on
   * however many there are (`reference`). `off`: no alignment of statistics between frames at all.
   */
  alignment: z.enum(['scaled', 'reference', 'off']),
  /** Match every frame's colour histogram to frame 0's after decoding. */
  histogramMatching: z.boolean(),
  /** A given first frame becomes the mean of the VAE's posterior, or a sample of it as in the reference. */
  firstFramePosterior: z.enum(['mean', 'sample']),
  /**
   * How a given first frame meets the video's size: cut what juts out, distort, or keep the whole of it over a blurred copy
   * (`padPicture`); `opencv` is the reference's bilinear stretching.
   */
  firstFrameFit: z.enum(firstFrameFits),
  /** How colours become 8-bit numbers; the reference cuts the fraction off. */
  rounding: z.enum(['nearest', 'truncate']),
});

/** How a video is made, apart from what it shows. */
export type VideoSettings = z.infer<typeof settingsSchema>;

/** The defaults: the paper's method, with the reference's accidents mended. */
export const videoDefaults: Omit<VideoSettings, 'samplerSteps'> = {
  sampler: 'ddim',
  eta: 0,
  guidance: 12.5,
  noiseShare: 0.2,
  keepNoiseVariance: false,
  alignment: 'scaled',
  histogramMatching: true,
  firstFramePosterior: 'mean',
  firstFrameFit: 'cover',
  rounding: 'nearest',
};

/** What the authors' implementation does; for comparisons with it. */
export const referenceOptions: VideoSettings = {
  ...videoDefaults,
  samplerSteps: 50,
  alignment: 'reference',
  firstFramePosterior: 'sample',
  firstFrameFit: 'opencv',
  rounding: 'truncate',
};

/** Steps of each sampler when none are asked for. */
export const defaultSteps: Readonly<Record<SamplingSettings['sampler'], number>> = { ddim: 50, 'dpm++': 25 };

/** The settings for videos that a base model recommends. Throws `CheckpointError` naming the file and the field. */
export function recommendedVideoSettings(base: BaseSettings): Partial<VideoSettings> {
  return recommended(base, 'video', settingsSchema);
}

/** The settings for pictures that a base model recommends. Throws `CheckpointError` naming the file and the field. */
export function recommendedSampling(base: BaseSettings): Partial<SamplingSettings> {
  return recommended(base, 'image', z.object(sampling));
}

/**
 * Settings that are given, over what the base model recommends, over the defaults. Throws `UsageError` naming a setting
 * that is out of range.
 */
export function resolveVideoSettings(
  given: Partial<VideoSettings>,
  ofBase: Partial<VideoSettings> = {},
): VideoSettings {
  const result = settingsSchema.safeParse(layered(videoDefaults, ofBase, given));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UsageError(`${issue?.path.join('.')}: ${issue?.message}.`);
}

/**
 * `given` over `ofBase` over `defaults`, with the sampler's usual number of steps where none is said. Steps and noise (η)
 * that a base recommends are for its sampler, and not taken with another.
 */
export function layered<T extends SamplingSettings>(
  defaults: Omit<T, 'samplerSteps'>,
  ofBase: Partial<T>,
  given: Partial<T>,
): T {
  const usual = ofBase.sampler ?? (defaults as T).sampler;
  const sampler = given.sampler ?? usual;
  const { samplerSteps: _, eta: __, ...forAny } = ofBase;
  return {
    ...defaults,
    samplerSteps: defaultSteps[sampler],
    ...(sampler === usual ? ofBase : forAny),
    ...withoutUndefined(given),
  } as T;
}

/** A copy without the fields that are `undefined`, so that they do not hide defaults. */
export function withoutUndefined<T extends object>(given: T): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
}

/** How a first frame was drawn. */
export const drawnSchema = z.object({
  kind: z.literal('drawn'),
  prompt: z.string(),
  negativePrompt: z.string(),
  ...sampling,
});

/** What is stored with pictures and videos alike. */
export const storedWith = {
  seed: z.int(),
  width: z.int().positive(),
  height: z.int().positive(),
  /** Where it was computed: other devices round differently. */
  device: z.string(),
  /** The base model's name, and fingerprints of the files of its networks. */
  base: z.object({ name: z.string(), unet: z.string(), vae: z.string(), textEncoder: z.string() }),
  versions: z.record(z.string(), z.string()),
};

/** What the clip was that an edited video began with in place of noise. */
const inversionSchema = z.object({
  /** Identity of the clip's content. */
  clip: z.string(),
  /** Every how manieth frame of it was taken, from the first on. */
  stride: z.int().positive(),
  /** How it met the video's size. */
  fit: z.enum(['cover', 'stretch']),
  /** Steps of the DDIM inversion. */
  steps: z.int().positive(),
});

/** See `StoredSettings.inversion`. */
export type StoredInversion = z.infer<typeof inversionSchema>;

/** How a clip's first frame was drawn anew, and how far (see `redrawStart`). */
const redrawnSchema = z.object({
  prompt: z.string(),
  negativePrompt: z.string(),
  ...sampling,
  seed: z.int(),
  strength: z.number().min(0).max(1),
});

/** See `StoredSettings.firstFrame`. */
export type StoredRedrawing = z.infer<typeof redrawnSchema>;

const storedSchema = z.object({
  prompt: z.string(),
  negativePrompt: z.string(),
  frames: z.int().min(2),
  ...storedWith,
  ...settingsSchema.shape,
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
    }),
    /** No first frame was given: the motion's variant draws it like the others. */
    z.object({ kind: z.literal('none') }),
  ]),
  /**
   * SHA-256 over the trained tensors as they acted; the name as the maker called it; the variant where it is not LAMP itself;
   * and unless it was one motion of strength 1, the motions with theirs.
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

/** The key of the stored settings in a video's metadata. */
export const settingsKey = 'lamp';

/** Reads the settings that a video stores (`readVideoMetadata`); `undefined` when it stores none. Throws `CheckpointError`. */
export function storedSettings(metadata: Readonly<Record<string, string>>): StoredSettings | undefined {
  return readStored(metadata, storedSchema, "the video's stored settings");
}

/** What metadata holds under `settingsKey`; `undefined` when nothing. Throws `CheckpointError` naming `what` is damaged. */
export function readStored<T>(
  metadata: Readonly<Record<string, string>>,
  schema: z.ZodType<T>,
  what: string,
): T | undefined {
  const text = metadata[settingsKey];
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  return checkJson(value, schema, what);
}
