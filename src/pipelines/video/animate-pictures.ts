/** @file Makes pictures move: image to video with a motion, the picture being the first frame. */

import { UsageError } from '../../errors.ts';
import type { WorkOptions } from '../../events.ts';
import type { Picture } from '../../media/picture.ts';
import type { BaseModel } from '../../models/base-model.ts';
import { assertFits, type Motion, type MotionInfo, trained } from '../../motion/file/motion-file.ts';
import { call, phrase } from '../../phrases.ts';
import { videoGenerator } from './video-pipeline.ts';
import type { GeneratedVideo, VideoGeneratorOptions, VideoRequest } from './video-request.ts';

/** How pictures are animated. What is left out is as the motion was trained, or as with `videoGenerator`. */
export interface AnimateOptions
  extends Partial<VideoGeneratorOptions>,
    Omit<VideoRequest, 'prompt' | 'firstFrame' | 'firstFrameBase' | 'drawing'> {
  /** What the video shows; what the motion's clips were said to show unless told. */
  readonly prompt?: string;
}

/**
 * Makes a picture move as a motion says: a video of the motion's length and size that begins with the picture, cut to that
 * size unless `firstFrameFit` says otherwise. Throws `CheckpointError` when the motion does not fit the base, and what
 * `VideoGenerator.generate` throws.
 */
export async function animatePicture(
  base: BaseModel,
  motion: Motion,
  picture: Picture,
  options?: AnimateOptions,
  work?: WorkOptions,
): Promise<GeneratedVideo> {
  const videos: GeneratedVideo[] = [];
  for await (const video of animateImages(base, motion, [picture], options, work)) videos.push(video);
  return videos[0]!;
}

/**
 * Makes pictures move, one video each, in their order; each network is compiled once (see `VideoGenerator.generateAll`).
 * Pictures are taken one at a time, so that they may be read when they are asked for.
 */
export async function* animateImages(
  base: BaseModel,
  motion: Motion,
  pictures: Iterable<Picture> | AsyncIterable<Picture>,
  options: AnimateOptions = {},
  work: WorkOptions = {},
): AsyncGenerator<GeneratedVideo, void, undefined> {
  const { info } = motion;
  const acting = trained(motion);
  const {
    frames = info.frames,
    width = info.width,
    height = info.height,
    device,
    motionName = info.prompt,
    motionParts,
    useRecommended,
    prompt = info.prompt,
    ...others
  } = options;
  assertFits(motionName, motion, base, work);
  assertTakesFirstFrame(motionName, info);
  const generator = await videoGenerator(base, () => acting, {
    frames,
    width,
    height,
    motionName,
    ...(device && { device }),
    ...(motionParts && { motionParts }),
    ...(useRecommended !== undefined && { useRecommended }),
  });
  try {
    generator.check({ ...others, prompt });
    yield* generator.generateAll(requestsFor(pictures, { ...others, prompt }), work);
  } finally {
    await generator.dispose();
  }
}

/** One request for each picture, made when it is asked for. */
export async function* requestsFor(
  pictures: Iterable<Picture> | AsyncIterable<Picture>,
  request: VideoRequest,
): AsyncGenerator<VideoRequest> {
  for await (const firstFrame of pictures) yield { ...request, firstFrame };
}

/** Throws `UsageError` for a motion, called `name`, whose variant draws the first frame itself. */
export function assertTakesFirstFrame(name: string, { variant }: MotionInfo): void {
  if (variant.firstFrame) return;
  throw new UsageError({
    found: `motion "${name}" draws the first frame itself (its variant has no given one): it cannot begin with a picture`,
    setting: 'motion',
    advice: phrase`Use ${call('generateVideo')}, or a motion of another variant.`,
  });
}
