/** @file Step 1 of making a video: checking the request and resolving its settings. */

import { randomStream } from '../../diffusion/random.ts';
import type { Sampler } from '../../diffusion/sampler.ts';
import { UsageError } from '../../errors.ts';
import { sameShape } from '../../graph/host-tensor.ts';
import { finishingAt } from '../../motion/extended/finishing.ts';
import { runningDefaults } from '../../runtime/running-settings.ts';
import { type DrawSettings, latentShape, resolveDrawSettings } from '../draw/draw-picture.ts';
import { recommendedSampling, samplerFor } from '../draw/sampling-settings.ts';
import { type FirstFrameBase, firstFrameSize } from './drawn-first-frame.ts';
import type { VideoContext } from './video-context.ts';
import type { VideoRequest } from './video-request.ts';
import { resolveVideoSettings, type VideoSettings } from './video-settings.ts';

/** A request with all settings resolved. */
export interface VideoPlan extends Pick<VideoRequest, 'inversion'> {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly seed: number;
  readonly settings: VideoSettings;
  /** Settings for drawing the first frame, if none is given. */
  readonly drawing: DrawSettings;
  /** Another model that draws the first frame. */
  readonly firstFrameBase: FirstFrameBase | undefined;
  readonly sampler: Sampler;
}

/**
 * Resolves the settings of a video and of drawing its first frame: those given, else those that the base recommends
 * (for drawing, the base that draws), else the defaults. Throws `UsageError` for a setting out of range.
 */
export function resolveRequest(
  {
    prompt,
    negativePrompt = '',
    drawing,
    seed: _,
    firstFrame,
    firstFrameBase,
    inversion: __,
    ...given
  }: VideoRequest,
  { recommended, useRecommended }: Pick<VideoContext, 'recommended' | 'useRecommended'>,
): Pick<VideoPlan, 'settings' | 'drawing'> {
  const another = firstFrame || !useRecommended ? undefined : firstFrameBase;
  const ofDrawing = another ? recommendedSampling(another.base.settings) : recommended.image;
  return {
    settings: resolveVideoSettings(given, recommended.video),
    drawing: resolveDrawSettings({ prompt, negativePrompt, ...drawing }, ofDrawing),
  };
}

/** Resolves everything about a video. Throws `UsageError` for invalid or contradictory settings. */
export function planVideo(context: VideoContext, request: VideoRequest): VideoPlan {
  const { base, frames, size, schedule } = context;
  const { prompt, negativePrompt = '', seed = runningDefaults.seed, firstFrame, inversion } = request;
  const { settings, drawing } = resolveRequest(request, context);
  const isDrawn = firstFrame === undefined && context.motion().variant.firstFrame;
  const firstFrameBase = isDrawn ? request.firstFrameBase : undefined;
  if (firstFrameBase) firstFrameSize(firstFrameBase, size);
  if (!firstFrame) samplerFor(schedule, drawing, randomStream(seed), 'drawing.');
  const allSteps = samplerFor(schedule, settings, randomStream(seed, 'video', 'steps'));
  const sampler = finishingAt(allSteps, schedule, settings.finishAt);
  const shape = [1, base.vae.config.latent_channels, frames, ...latentShape(base, size).slice(2)];
  if (inversion && !sameShape(inversion.latents.shape, shape)) {
    throw new UsageError({
      found: `the inverted clip has latents [${inversion.latents.shape}]`,
      expected: `[${shape}], as ${frames} frames of ${size.width}x${size.height} have`,
    });
  }
  return {
    prompt,
    negativePrompt,
    seed,
    settings,
    drawing,
    firstFrameBase,
    sampler,
    ...(inversion && { inversion }),
  };
}
