/** @file What the options of `lamp edit` say to the library. */

import { UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { basePath } from '../library/load-base.ts';
import type { ClipRate } from '../media/clip-window.ts';
import { readPicture } from '../media/picture-file.ts';
import { findMotionFile } from '../motion/file/motion-path.ts';
import type { PrepareEditOptions } from '../pipelines/edit/prepare-edit.ts';
import { type VideoSettings, withoutUndefined } from '../pipelines/video/video-settings.ts';
import { parseDevice } from '../runtime/devices.ts';
import { type FirstFrameBaseOptions, openFirstFrameBase } from './first-frame-base.ts';
import { type VideoOptions, videoSettings } from './prepare-generation.ts';

/** What commander makes of the options. */
export interface EditOptions extends Omit<VideoOptions, 'motion'>, FirstFrameBaseOptions {
  readonly prompt: string;
  readonly out: string;
  readonly run?: string;
  readonly clipPrompt?: string;
  readonly motion?: string;
  readonly clipFps?: ClipRate;
  readonly stride?: number;
  readonly fit?: 'cover' | 'stretch';
  readonly steps?: number;
  readonly learningRate?: number;
  readonly saveEvery?: number;
  readonly firstFrameFit?: VideoSettings['firstFrameFit'];
  readonly strength?: number;
  readonly inversionSteps?: number;
}

/**
 * The library's options for editing `clip` in the folder `run`. Throws `UsageError` for options that exclude each other,
 * and what reading the picture and finding motion and base throw.
 */
export async function libraryOptions(
  clip: string,
  run: string,
  options: EditOptions,
  work: WorkOptions,
): Promise<PrepareEditOptions> {
  if (options.firstFrame !== undefined && options.strength !== undefined) {
    throw new UsageError(
      "--first-frame gives the picture, and --strength says how far the clip's own is drawn anew. Use one of them.",
    );
  }
  const { prompt, negativePrompt, clipPrompt, strength, inversionSteps, seed } = options;
  const { frames, clipFps, stride, size, fit, steps, learningRate, saveEvery } = options;
  const training = withoutUndefined({
    frames,
    clipFps,
    stride,
    ...size,
    fit,
    steps,
    learningRate,
    saveEvery,
  });
  const { reference = false } = options;
  return withoutUndefined({
    clip,
    run,
    prompt,
    negativePrompt,
    clipPrompt,
    motion: options.motion === undefined ? undefined : await findMotionFile(options.motion),
    base: options.base === undefined ? undefined : await basePath(options.base, work),
    firstFrame: options.firstFrame === undefined ? undefined : await readPicture(options.firstFrame),
    firstFrameBase: await openFirstFrameBase(options, work),
    strength,
    training,
    sampling: videoSettings(options, options.firstFrameFit),
    inversionSteps,
    seed,
    device: parseDevice(options.device),
    useRecommended: !reference,
  }) as PrepareEditOptions;
}
