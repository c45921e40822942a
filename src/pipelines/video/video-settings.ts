/** @file How a video is made: settings, their defaults and the reference's values. */
import { z } from 'zod';
import { UsageError } from '../../errors.ts';
import { type BaseSettings, recommended } from '../../models/base-settings.ts';
import { wrongSetting } from '../../wrong-settings.ts';
import { type SamplingSettings, samplerNames } from '../draw/sampling-settings.ts';

/** The fields of `SamplingSettings`, checked. */
export const samplingFields = {
  sampler: z.enum(samplerNames),
  samplerSteps: z.int().positive(),
  eta: z.number().min(0).max(1),
  guidance: z.number().nonnegative(),
};

/** See `VideoSettings.firstFrameFit`. */
export const firstFrameFits = ['cover', 'pad', 'stretch', 'opencv'] as const;

/** The fields of `VideoSettings`, checked. */
export const videoSettingsSchema = z.object({
  ...samplingFields,
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
  /**
   * Below this timestep (of 1000) each frame is drawn by the image model alone, from where the motion has put things: 0, never,
   * as in the paper. A motion that few clips taught a small model knows where things go, but draws them worse than it does.
   * With `finishAt` it draws them into the finished video, from at most that timestep on, and only what the motion did not copy from the first frame.
   */
  imageModelBelow: z.int().min(0).max(1000),
  /** Classifier-free guidance of the image model in these steps. */
  imageModelGuidance: z.number().nonnegative(),
  /**
   * The last timestep (of 1000) at which the video is looked at: what the network then takes for the clean video is the result; 0: go on to the
   * end, as in the paper. A small model knows early what a frame shows, and draws it worse than it knows.
   */
  finishAt: z.int().min(0).max(1000),
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
export type VideoSettings = z.infer<typeof videoSettingsSchema>;

/** The defaults: the paper's method, with the reference's accidents mended. */
export const videoDefaults: Omit<VideoSettings, 'samplerSteps'> = {
  sampler: 'ddim',
  eta: 0,
  guidance: 12.5,
  noiseShare: 0.2,
  keepNoiseVariance: false,
  alignment: 'scaled',
  histogramMatching: true,
  imageModelBelow: 0,
  imageModelGuidance: 7.5,
  finishAt: 0,
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
  return recommended(base, 'video', videoSettingsSchema);
}

/** The settings for pictures that a base model recommends. Throws `CheckpointError` naming the file and the field. */
export function recommendedSampling(base: BaseSettings): Partial<SamplingSettings> {
  return recommended(base, 'image', z.object(samplingFields));
}

/**
 * Settings that are given, over what the base model recommends, over the defaults. Throws `UsageError` naming a setting
 * that is out of range.
 */
export function resolveVideoSettings(
  given: Partial<VideoSettings>,
  ofBase: Partial<VideoSettings> = {},
): VideoSettings {
  const result = videoSettingsSchema.safeParse(layered(videoDefaults, ofBase, given));
  if (result.success) return result.data;
  throw new UsageError(wrongSetting(result.error, videoSettingsSchema, given));
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
