/** @file Generating a video with a motion: everything from options to frames in one call. */
import type { WorkOptions } from '../events.ts';
import { type Generators, newGenerators } from '../pipelines/video/kept-generators.ts';
import { type GivenSettings, required } from '../settings.ts';
import { checkOptions, workFields } from './check-options.ts';
import { firstFrameSettings } from './first-frame.ts';
import { makeVideo, videoOptionSettings } from './make-video.ts';
import { drawing, shared } from './shared-settings.ts';
import type { Video } from './video.ts';

/** The settings of `generateVideo`. */
export const generateVideoSettings = {
  prompt: required(shared.prompt),
  ...firstFrameSettings,
  drawing,
  ...videoOptionSettings,
};

/** What `generateVideo` takes. */
export interface GenerateVideoOptions extends GivenSettings<typeof generateVideoSettings>, WorkOptions {}

/**
 * Makes a video of what a prompt says, which moves as a motion does. All that can be checked is checked before
 * anything is computed. Throws `UsageError` for an option that makes no sense, `CheckpointError` when base or motion
 * is missing, damaged or does not fit, `MediaError` for the first frame, `DeviceError`, `StorageError` when `out`
 * cannot be written, and `InterruptedError` when the signal stops it, within a step.
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

/** The same, with generators that may be kept. */
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
