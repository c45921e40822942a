/** @file How a video is made: settings, their defaults, the reference's values, and what is stored with the video. */
import { z } from 'zod';
import { checkJson } from '../checkpoints/json-file.ts';
import { UsageError } from '../errors.ts';
import { type SamplingSettings, samplerNames } from './sampling.ts';

const sampling = {
  sampler: z.enum(samplerNames),
  samplerSteps: z.int().positive(),
  eta: z.number().min(0).max(1),
  guidance: z.number().nonnegative(),
};

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
  /** How a given first frame meets the video's size; `opencv` is the reference's bilinear stretching. */
  firstFrameFit: z.enum(['cover', 'stretch', 'opencv']),
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

/** Fills in the defaults. Throws `UsageError` naming a setting that is out of range. */
export function resolveVideoSettings(given: Partial<VideoSettings>): VideoSettings {
  const sampler = given.sampler ?? videoDefaults.sampler;
  const settings = { ...videoDefaults, samplerSteps: defaultSteps[sampler], ...withoutUndefined(given) };
  const result = settingsSchema.safeParse(settings);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UsageError(`${issue?.path.join('.')}: ${issue?.message}.`);
}

/** A copy without the fields that are `undefined`, so that they do not hide defaults. */
export function withoutUndefined<T extends object>(given: T): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
}

const drawnSchema = z.object({
  kind: z.literal('drawn'),
  prompt: z.string(),
  negativePrompt: z.string(),
  ...sampling,
});

const storedSchema = z.object({
  prompt: z.string(),
  negativePrompt: z.string(),
  seed: z.int(),
  frames: z.int().min(2),
  width: z.int().positive(),
  height: z.int().positive(),
  /** Where it was computed: other devices round differently. */
  device: z.string(),
  ...settingsSchema.shape,
  firstFrame: z.discriminatedUnion('kind', [
    drawnSchema,
    /** SHA-256 over size and pixels of the picture as it was given. */
    z.object({ kind: z.literal('picture'), width: z.int(), height: z.int(), sha256: z.string() }),
  ]),
  /** The base model's name, and fingerprints of the files of its networks. */
  base: z.object({ name: z.string(), unet: z.string(), vae: z.string(), textEncoder: z.string() }),
  /** SHA-256 over the trained tensors; the name as the maker called it. */
  motion: z.object({ name: z.string().optional(), sha256: z.string() }),
  versions: z.record(z.string(), z.string()),
  /** The rate it was written at, where it was written. */
  framesPerSecond: z.number().positive().optional(),
});

/** Everything needed to make a video again, as it is stored in the video. Holds no paths and no times. */
export type StoredSettings = z.infer<typeof storedSchema>;

/** The key of the stored settings in a video's metadata. */
export const settingsKey = 'lamp';

/** Reads the settings that a video stores (`readVideoMetadata`); `undefined` when it stores none. Throws `CheckpointError`. */
export function storedSettings(metadata: Readonly<Record<string, string>>): StoredSettings | undefined {
  const text = metadata[settingsKey];
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  return checkJson(value, storedSchema, "the video's stored settings");
}
