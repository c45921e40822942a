/** @file Making a picture move: everything from options to frames in one call. */
import type { Picture } from '../media/picture.ts';
import { assertTakesFirstFrame } from '../pipelines/video/animate-pictures.ts';
import { type Generators, newGenerators } from '../pipelines/video/kept-generators.ts';
import { checkOptions, field } from './check-options.ts';
import { makeVideo, type VideoOptions, videoFields } from './make-video.ts';
import type { Video } from './video.ts';

/** What `animateImage` takes. */
export interface AnimateImageOptions extends VideoOptions {
  /** The picture that moves, of any size, or its path. */
  readonly picture: Picture | string;
  /** What the video shows; what the motion's clips were said to show unless told. */
  readonly prompt?: string;
}

const fields = { picture: field.picture, prompt: field.text.optional(), ...videoFields };

/**
 * Makes a picture move as a motion does: a video that begins with it, cut to the video's size unless `firstFrameFit`
 * says otherwise. Throws what `generateVideo` throws.
 *
 * @example
 * import { animateImage } from 'lamp-video';
 *
 * await animateImage({
 *   picture: 'photo.png',
 *   motions: ['runs/jumps', { motion: 'runs/rain', strength: 0.4 }],
 *   firstFrameFit: 'pad',
 *   out: 'photo.mp4',
 * });
 */
export async function animateImage(options: AnimateImageOptions): Promise<Video> {
  return animateImageWith(newGenerators, options);
}

/** The same, with generators that may be kept. */
export async function animateImageWith(generators: Generators, options: AnimateImageOptions): Promise<Video> {
  const { picture, ...others } = checkOptions('animateImage', options, fields);
  return makeVideo(generators, 'animateImage', { ...others, firstFrame: picture }, assertTakesFirstFrame);
}
