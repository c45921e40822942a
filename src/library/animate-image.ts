/** @file `animateImage`: animating a picture, from options to frames. */

import { checkOptions } from '../check-options.ts';
import type { WorkOptions } from '../events.ts';
import { assertTakesFirstFrame } from '../pipelines/video/animate-pictures.ts';
import { type Generators, newGenerators } from '../pipelines/video/kept-generators.ts';
import { calledSetting } from '../renamed-setting.ts';
import { declare, type GivenSettings, required } from '../settings.ts';
import { makeVideo, videoOptionSettings } from './make-video.ts';
import { field, workFields } from './shared-fields.ts';
import { shared } from './shared-settings.ts';
import type { Video } from './video.ts';

/** The settings of `animateImage`. */
export const animateImageSettings = {
  picture: required(declare(field.picture, { description: 'the picture to animate, of any size' })),
  prompt: declare(field.text, { ...shared.prompt, usual: "the motion's prompt" }),
  ...videoOptionSettings,
};

/** Options of `animateImage`. */
export interface AnimateImageOptions extends GivenSettings<typeof animateImageSettings>, WorkOptions {}

/**
 * Animates a picture with a motion: generates a video with the picture as its first frame, cropped to the video's size
 * unless `firstFrameFit` says otherwise. Throws what `generateVideo` throws.
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

/** {@link animateImage}, with a source of generators that may be cached. */
export async function animateImageWith(generators: Generators, options: AnimateImageOptions): Promise<Video> {
  const { picture, ...others } = checkOptions('animateImage', options, {
    ...animateImageSettings,
    ...workFields,
  });
  return calledSetting('firstFrame', 'picture', () =>
    makeVideo(generators, 'animateImage', { ...others, firstFrame: picture }, assertTakesFirstFrame),
  );
}
