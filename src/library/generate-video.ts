/** @file `generateVideo`: generating a video with a motion, from options to frames. */
import { checkOptions } from '../check-options.ts';
import type { WorkOptions } from '../events.ts';
import { type Generators, newGenerators } from '../pipelines/video/kept-generators.ts';
import { type GivenSettings, required } from '../settings.ts';
import { firstFrameSettings } from './first-frame.ts';
import { makeVideo, videoOptionSettings } from './make-video.ts';
import { workFields } from './shared-fields.ts';
import { drawing, shared } from './shared-settings.ts';
import type { Video } from './video.ts';

/** The settings of `generateVideo`. */
export const generateVideoSettings = {
  prompt: required(shared.prompt),
  ...firstFrameSettings,
  drawing,
  ...videoOptionSettings,
};

/** Options of `generateVideo`. */
export interface GenerateVideoOptions extends GivenSettings<typeof generateVideoSettings>, WorkOptions {}

/**
 * Generates a video from a prompt, with a learned motion. Everything that can be checked is checked before anything is
 * computed. Throws `UsageError` for an invalid option, `CheckpointError` if base or motion is missing, damaged or does
 * not fit, `MediaError` for the first frame, `DeviceError`, `StorageError` if `out` cannot be written, and
 * `InterruptedError` when stopped by the signal, within a step.
 *
 * @example
 * import { generateVideo } from 'lamp-video';
 *
 * const { frames, settings } = await generateVideo({
 *   motion: 'runs/jumps',
 *   prompt: 'a fox jumps in the snow',
 *   seed: 7,
 *   out: 'fox.gif',
 *   onEvent: (event) => {
 *     if (event.type === 'progress') console.log(event.stage, event.done, 'of', event.total);
 *   },
 * });
 * const { width, height, data } = frames[0]!; // 8-bit RGB in a Uint8Array
 * console.log(width, height, data.length, settings.samplerSteps);
 */
export async function generateVideo(options: GenerateVideoOptions): Promise<Video> {
  return generateVideoWith(newGenerators, options);
}

/** {@link generateVideo}, with a source of generators that may be cached. */
export async function generateVideoWith(
  generators: Generators,
  options: GenerateVideoOptions,
): Promise<Video> {
  return makeVideo(
    generators,
    'generateVideo',
    checkOptions('generateVideo', options, { ...generateVideoSettings, ...workFields }),
  );
}
