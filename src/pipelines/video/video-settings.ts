/** @file How a video is made: settings, their defaults and the reference's values. */
import { z } from 'zod';
import { UsageError } from '../../errors.ts';
import { type BaseSettings, recommended } from '../../models/base-settings.ts';
import { phrase, setting } from '../../phrases.ts';
import { declare, defaultsOf, recommendable, type SettingValues, shapeOf, withText } from '../../settings.ts';
import { wrongSetting } from '../../wrong-settings.ts';
import { layered, samplingFor } from '../draw/sampling-settings.ts';

/** The settings of videos, in the order in which they are stored. */
export const videoSettings = withText(
  {
    ...samplingFor({ sampler: 'ddim', guidance: 12.5 }),
    ...withText(
      {
        /** The paper's α. */
        noiseShare: declare(z.number().min(0).max(1), {
          description: "share of the first frame's noise in the noise of every frame",
          default: 0.2,
        }),
        /** The paper's method leaves it at a standard deviation of 0.825. */
        keepNoiseVariance: declare(z.boolean(), {
          description: 'bring the shared noise back to unit variance',
          off: 'leave the variance of the noise as in the paper',
          default: false,
        }),
        alignment: declare(z.enum(['scaled', 'reference', 'off']), {
          description: "when the other frames begin to take the first frame's statistics",
          choices: {
            scaled: 'after 62 % of the steps',
            reference: 'from the 32nd step on, however many there are',
            off: 'never',
          },
          default: 'scaled',
        }),
        histogramMatching: declare(z.boolean(), {
          description: "match the colours of every frame to the first frame's after decoding",
          off: "leave each frame's colours as they are decoded",
          default: true,
        }),
        /**
         * The paper's is 0. A motion that few clips taught a small model knows where things go, but draws them worse than it
         * does. With `finishAt` it draws them into the finished video, from at most that timestep on.
         */
        imageModelBelow: declare(z.int().min(0).max(1000), {
          description: phrase`let the image model alone draw the details, in steps below this timestep, with ${setting('finishAt')} of what was not copied from the first frame; 0: never`,
          unit: 'timestep',
          default: 0,
          addedLater: true,
        }),
        imageModelGuidance: declare(z.number().min(0), {
          description: phrase`classifier-free guidance in the steps of ${setting('imageModelBelow')}`,
          default: 7.5,
          addedLater: true,
        }),
        /** A small model knows early what a frame shows, and draws it worse than it knows. */
        finishAt: declare(z.int().min(0).max(1000), {
          description:
            'take what the network sees in the noise at this timestep for the video, and leave out the steps below it; 0: take all steps, as in the paper',
          unit: 'timestep',
          default: 0,
          addedLater: true,
        }),
      },
      { group: 'Method' },
    ),
    ...withText(
      {
        /** The reference takes a sample. */
        firstFramePosterior: declare(z.enum(['mean', 'sample']), {
          description: "encode the first frame as the mean of the VAE's posterior, or a sample of it",
          default: 'mean',
        }),
        firstFrameFit: declare(z.enum(['cover', 'pad', 'stretch', 'opencv']), {
          description: 'how a picture of another aspect ratio becomes the first frame',
          choices: {
            cover: 'cut what juts out',
            pad: 'the whole picture over a blurred copy',
            stretch: 'distort',
            opencv: 'distort, as the reference does',
          },
          default: 'cover',
        }),
      },
      { group: 'First frame' },
    ),
    rounding: declare(z.enum(['nearest', 'truncate']), {
      description: 'how colours become 8-bit numbers',
      choices: { truncate: 'cut the fraction off, as the reference does' },
      group: 'Method',
      default: 'nearest',
    }),
  },
  { recommendable: true },
);

/** How a video is made, apart from what it shows. */
export type VideoSettings = SettingValues<typeof videoSettings>;

/** The defaults: the paper's method, with the reference's accidents mended. */
export const videoDefaults: Omit<VideoSettings, 'samplerSteps'> = defaultsOf(videoSettings);

/** What the authors' implementation does; for comparisons with it. */
export const referenceOptions: VideoSettings = {
  ...videoDefaults,
  samplerSteps: 50,
  alignment: 'reference',
  firstFramePosterior: 'sample',
  firstFrameFit: 'opencv',
  rounding: 'truncate',
};

const schema = z.object(shapeOf(videoSettings));

/** The settings for videos that a base model recommends. Throws `CheckpointError` naming the file and the field. */
export function recommendedVideoSettings(base: BaseSettings): Partial<VideoSettings> {
  return recommended(base, 'video', z.object(shapeOf(recommendable(videoSettings))));
}

/**
 * Settings that are given, over what the base model recommends, over the defaults. Throws `UsageError` naming a setting
 * that is out of range.
 */
export function resolveVideoSettings(
  given: Partial<VideoSettings>,
  ofBase: Partial<VideoSettings> = {},
): VideoSettings {
  const result = schema.safeParse(layered(videoDefaults, ofBase, given));
  if (result.success) return result.data;
  throw new UsageError(wrongSetting(result.error, schema, given));
}
