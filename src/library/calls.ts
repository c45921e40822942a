/** @file The functions that an engine in another process offers: those that compute, or read at length. */
import { type Generators, newGenerators } from '../pipelines/video/kept-generators.ts';
import { type animateImage, animateImageWith } from './animate-image.ts';
import { animateImages } from './animate-images.ts';
import { convertMotion } from './convert-motion.ts';
import { drawImage, drawImages } from './draw-image.ts';
import { editVideo } from './edit-video.ts';
import { examineClips } from './examine-clips.ts';
import { type generateVideo, generateVideoWith } from './generate-video.ts';
import { inspect } from './inspect-path.ts';
import { learnMotion } from './learn-motion.ts';

/** See `callsWith`. */
export interface Calls {
  readonly learnMotion: typeof learnMotion;
  readonly generateVideo: typeof generateVideo;
  readonly animateImage: typeof animateImage;
  readonly animateImages: typeof animateImages;
  readonly editVideo: typeof editVideo;
  readonly drawImage: typeof drawImage;
  readonly drawImages: typeof drawImages;
  readonly examineClips: typeof examineClips;
  readonly inspect: typeof inspect;
  readonly convertMotion: typeof convertMotion;
}

/**
 * The functions, with a source of generators that may be cached. They all take one options object with `signal` and
 * functions called `on…`, and return what can be sent to another process.
 */
export function callsWith(generators: Generators): Calls {
  /** For functions that need the memory that cached generators take. */
  const withoutKept =
    <Options, Result>(call: (options: Options) => Promise<Result>) =>
    async (options: Options) => {
      await generators.free();
      return call(options);
    };
  return {
    learnMotion: withoutKept(learnMotion),
    generateVideo: (options) => generateVideoWith(generators, options),
    animateImage: (options) => animateImageWith(generators, options),
    animateImages: withoutKept(animateImages),
    editVideo: withoutKept(editVideo),
    drawImage,
    drawImages,
    examineClips,
    inspect,
    convertMotion,
  };
}

/** Their names. */
export const callNames = Object.keys(callsWith(newGenerators)) as (keyof Calls)[];
