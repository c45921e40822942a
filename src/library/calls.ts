/** @file The functions that an engine in another process offers. */
import { type Generators, newGenerators } from '../pipelines/video/kept-generators.ts';
import { type animateImage, animateImageWith } from './animate-image.ts';
import { drawImage } from './draw-image.ts';
import { editVideo } from './edit-video.ts';
import { type generateVideo, generateVideoWith } from './generate-video.ts';
import { learnMotion } from './learn-motion.ts';

/** See `callsWith`. */
export interface Calls {
  readonly learnMotion: typeof learnMotion;
  readonly generateVideo: typeof generateVideo;
  readonly animateImage: typeof animateImage;
  readonly editVideo: typeof editVideo;
  readonly drawImage: typeof drawImage;
}

/**
 * The functions, with a source of generators that may be cached. They all take one options object with `onEvent` and
 * `signal`.
 */
export function callsWith(generators: Generators): Calls {
  /** Training needs the memory that cached generators take. */
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
    editVideo: withoutKept(editVideo),
    drawImage,
  };
}

/** Their names. */
export const callNames = Object.keys(callsWith(newGenerators)) as (keyof Calls)[];
