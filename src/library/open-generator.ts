/** @file `openGenerator`: a generator that keeps its networks compiled between videos. */

import { checkOptions } from '../check-options.ts';
import { call, phrase, setting } from '../phrases.ts';
import { keptGenerators } from '../pipelines/video/kept-generators.ts';
import { pick } from '../settings.ts';
import { type AnimateImageOptions, animateImageWith } from './animate-image.ts';
import { type GenerateVideoOptions, generateVideoWith } from './generate-video.ts';
import { givenBase } from './load-base.ts';
import { givenMotions } from './load-motion.ts';
import { type VideoOptions, videoOptionSettings } from './make-video.ts';
import { workFields } from './shared-fields.ts';
import { assertNotGiven } from './unused-options.ts';
import type { Video } from './video.ts';

/** Options shared by all videos of a generator. */
type Shared = (typeof sharedNames)[number];

/** Options of `openGenerator`, with the same defaults as `generateVideo`. */
export type OpenGeneratorOptions = Pick<VideoOptions, Shared | 'onEvent' | 'signal'>;

/** Makes videos with one base, the same motions, and one length and size. Calls must not overlap. */
export interface Generator {
  /** As the function of that name. Throws `UsageError` for an option that `openGenerator` takes. */
  generateVideo(options: Omit<GenerateVideoOptions, Shared>): Promise<Video>;
  /** As the function of that name. Throws `UsageError` for an option that `openGenerator` takes. */
  animateImage(options: Omit<AnimateImageOptions, Shared>): Promise<Video>;
  /** Frees the compiled networks. */
  dispose(): Promise<void>;
}

/**
 * Opens a base and motions for many videos. Each network is compiled on first use and kept until `dispose`, whatever
 * memory it takes. Throws what `loadBase` and `loadMotion` throw; whether they fit together is checked with each video.
 *
 * @example
 * import { openGenerator } from 'lamp-video';
 *
 * const generator = await openGenerator({ motion: 'runs/jumps' });
 * for (const thing of ['a fox', 'a panda']) {
 *   await generator.generateVideo({ prompt: `${thing} jumps in the snow`, out: `${thing}.gif` });
 * }
 * await generator.dispose();
 */
export async function openGenerator(options: OpenGeneratorOptions): Promise<Generator> {
  const {
    base: chosen,
    motion,
    motions,
    onEvent,
    signal,
    ...shape
  } = checkOptions('openGenerator', options, { ...openGeneratorSettings, ...workFields });
  const base = await givenBase(chosen, { onEvent, signal });
  const loaded = await givenMotions('openGenerator', {
    ...(motion && { motion }),
    ...(motions && { motions }),
  });
  const generators = keptGenerators({ bytes: Number.POSITIVE_INFINITY });
  const shared = { ...shape, base, motions: loaded };
  return {
    generateVideo: async (request) => {
      assertNotShared(request);
      return generateVideoWith(generators, { ...request, ...shared });
    },
    animateImage: async (request) => {
      assertNotShared(request);
      return animateImageWith(generators, { ...request, ...shared });
    },
    dispose: () => generators.free(),
  };
}

/** Throws `UsageError` for an option of a single video that all videos of a generator share. */
function assertNotShared(request: object): void {
  assertNotGiven(
    request ?? {},
    sharedNames,
    (name) => phrase`${setting(name)} is the same for all videos of a generator`,
    phrase`Give it to ${call('openGenerator')}, or use ${call('generateVideo')}.`,
  );
}

const sharedNames = [
  'base',
  'motion',
  'motions',
  'frames',
  'width',
  'height',
  'device',
  'memory',
  'precision',
] as const;

/** The settings of `openGenerator`. */
export const openGeneratorSettings = pick(videoOptionSettings, sharedNames);
