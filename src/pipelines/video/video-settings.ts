/** @file Settings of videos: declarations, defaults and the reference's values. */
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
          description: "fraction of the first frame's noise in the noise of every other frame",
          default: 0.2,
        }),
        /** The paper's method leaves it at a standard deviation of 0.825. */
        keepNoiseVariance: declare(z.boolean(), {
          description: 'rescale the shared noise to unit variance',
          off: 'leave the variance of the noise as in the paper',
          default: false,
        }),
        alignment: declare(z.enum(['scaled', 'reference', 'off']), {
          description: "when aligning frames with the first frame's statistics (AdaIN) begins",
          choices: {
            scaled: 'after 62 % of the steps',
            reference: 'from the 32nd step on, regardless of their number',
            off: 'never',
          },
          default: 'scaled',
        }),
        histogramMatching: declare(z.boolean(), {
          description: "match the colour histogram of every frame to the first frame's after decoding",
          off: 'leave the decoded colours unchanged',
          default: true,
        }),
        /**
         * 0 in the paper. A motion learned by a small model from few clips knows where things go, but draws them worse
         * than the image model. With `finishAt`, the image model redraws uncopied regions of the finished video, from
         * at most that timestep on.
         */
        imageModelBelow: declare(z.int().min(0).max(1000), {
          description: phrase`let the image model take the steps below this timestep (with ${setting('finishAt')}: redraw what was not copied from the first frame); 0: never`,
          unit: 'timestep',
          default: 0,
          addedLater: true,
        }),
        imageModelGuidance: declare(z.number().min(0), {
          description: phrase`guidance of the image model in the steps of ${setting('imageModelBelow')}`,
          default: 7.5,
          addedLater: true,
        }),
        /** A small model knows the content of a frame early, but draws it worse in the last steps. */
        finishAt: declare(z.int().min(0).max(1000), {
          description:
            'use the prediction at this timestep as the video, and skip the steps below it; 0: take all steps, as in the paper',
          unit: 'timestep',
          default: 0,
          addedLater: true,
        }),
      },
      { group: 'Method' },
    ),
    ...withText(
      {
        /** The reference uses a sample. */
        firstFramePosterior: declare(z.enum(['mean', 'sample']), {
          description: "encode a given first frame as the mean or a sample of the VAE's posterior",
          default: 'mean',
        }),
        firstFrameFit: declare(z.enum(['cover', 'pad', 'stretch', 'opencv']), {
          description: 'how a first frame of another aspect ratio is fitted',
          choices: {
            cover: 'crop',
            pad: 'the whole picture on a blurred copy',
            stretch: 'distort',
            opencv: 'distort, as in the reference',
          },
          default: 'cover',
        }),
      },
      { group: 'First frame' },
    ),
    rounding: declare(z.enum(['nearest', 'truncate']), {
      description: 'rounding of colours to 8 bits',
      choices: { truncate: 'round down, as in the reference' },
      group: 'Method',
      default: 'nearest',
    }),
    /** DeepCache, 2312.00858: its interval N. */
    deepEvery: declare(z.int().min(1).max(1000), {
      description:
        "compute the network's deep features at every n-th step only, and reuse them in between, which is faster; 1: at every step",
      unit: 'steps',
      group: 'Method',
      default: 1,
      addedLater: true,
    }),
  },
  { recommendable: true },
);

/** How a video is made, apart from what it shows. */
export type VideoSettings = SettingValues<typeof videoSettings>;

/** The defaults: the paper's method, without the reference's quirks. */
export const videoDefaults: Omit<VideoSettings, 'samplerSteps'> = defaultsOf(videoSettings);

/** The values of the authors' implementation, for comparison with it. */
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
 * Resolves settings: those given, else what the base model recommends, else the defaults. Throws `UsageError` naming a
 * setting that is out of range.
 */
export function resolveVideoSettings(
  given: Partial<VideoSettings>,
  ofBase: Partial<VideoSettings> = {},
): VideoSettings {
  const result = schema.safeParse(layered(videoDefaults, ofBase, given));
  if (result.success) return result.data;
  throw new UsageError(wrongSetting(result.error, schema, given));
}
