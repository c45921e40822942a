/** @file What generating a video and animating a picture have in common: from options as callers give them to frames. */
import type { WorkOptions } from '../events.ts';
import { assertVideoPath } from '../media/video-file.ts';
import { assertVideoTarget } from '../media/video-target.ts';
import type { MotionInfo } from '../motion/file/motion-file.ts';
import { checkFirstFrameBase } from '../pipelines/video/drawn-first-frame.ts';
import type { Generators } from '../pipelines/video/kept-generators.ts';
import { fitMotions, sharedPrompt, tellUnfinished } from '../pipelines/video/loaded-motions.ts';
import type { VideoRequest } from '../pipelines/video/video-request.ts';
import { referenceOptions, type VideoSettings } from '../pipelines/video/video-settings.ts';
import { type DeviceName, parseDevice } from '../runtime/devices.ts';
import { field, fieldsNamed, workFields } from './check-options.ts';
import { type FirstFrameOptions, givenFirstFrameBase } from './first-frame.ts';
import { type BaseChoice, baseField, givenBase } from './load-base.ts';
import { givenMotions, type MotionChoice, motionField, motionsField } from './load-motion.ts';
import { givenPicture, keepVideo, type Video } from './video.ts';

/** What every video with motions is made of. What is left out is as the base recommends (its `lamp.json`), or as in the paper. */
export interface VideoOptions extends Partial<VideoSettings>, WorkOptions {
  /** The model the motion was trained on, or another of its kind; the built-in one unless told. See `LoadBaseOptions.base`. */
  readonly base?: BaseChoice;
  /** How things move. */
  readonly motion?: MotionChoice;
  /** In place of `motion`: several that act at once, each with its strength. */
  readonly motions?: readonly MotionChoice[];
  /** What the video shall not show; nothing unless told. */
  readonly negativePrompt?: string;
  /** Number of frames, at least 2; the motion's unless told. */
  readonly frames?: number;
  /** Pixels, a multiple of what the base's VAE needs (8 in Stable Diffusion); the motion's unless told. */
  readonly width?: number;
  /** Pixels, like `width`. */
  readonly height?: number;
  /** One seed gives the same video again on the same device; 0 unless told. */
  readonly seed?: number;
  /** Where to compute: `cpu` unless told. */
  readonly device?: DeviceName;
  /** Whether settings that are left out are as the base recommends; true unless told. */
  readonly useRecommended?: boolean;
  /** Writes the video there: `.mp4`, `.webm` or `.gif`; a name without ending makes a folder of PNG frames. */
  readonly out?: string;
  /** The rate to play at; the motion's unless told. */
  readonly framesPerSecond?: number;
}

/** Fields of `VideoOptions`. */
export const videoFields = {
  base: baseField.optional(),
  motion: motionField.optional(),
  motions: motionsField.optional(),
  negativePrompt: field.anyText.optional(),
  frames: field.number.optional(),
  width: field.number.optional(),
  height: field.number.optional(),
  seed: field.seed.optional(),
  device: field.text.optional(),
  useRecommended: field.flag.optional(),
  out: field.path.optional(),
  framesPerSecond: field.rate.optional(),
  ...fieldsNamed(Object.keys(referenceOptions) as (keyof VideoSettings)[]),
  ...workFields,
};

/** What one function asks for besides. */
interface Shown extends FirstFrameOptions, Pick<VideoRequest, 'drawing'> {
  /** What the motions' clips were said to show unless told. */
  readonly prompt?: string;
}

/**
 * Makes the video that options ask for. `name` is the function's, `check` refuses motions that are not for it, `generators` says
 * whether networks stay compiled.
 */
export async function makeVideo(
  generators: Generators,
  name: string,
  { onEvent, signal, ...options }: VideoOptions & Shown,
  check: (path: string, info: MotionInfo) => void = () => {},
): Promise<Video> {
  const work = { onEvent, signal };
  const { base: chosenBase, motion, motions: several, frames, width, height, ...others } = options;
  const { device: deviceName = 'cpu', useRecommended = true, out, framesPerSecond, ...asked } = others;
  if (out !== undefined) assertVideoPath(out);
  const device = parseDevice(deviceName);
  const motions = await givenMotions(name, {
    ...(motion && { motion }),
    ...(several && { motions: several }),
  });
  for (const { path, info } of motions) check(path, info);
  const base = await givenBase(chosenBase, work);
  const shape = fitMotions(motions, base, { frames, width, height }, work);
  await tellUnfinished(motions, work);
  if (out !== undefined) await assertVideoTarget(out, shape);
  const { firstFrame, firstFrameBase, firstFrameSize, prompt = sharedPrompt(motions), ...settings } = asked;
  const by = await givenFirstFrameBase(asked, work);
  if (by) checkFirstFrameBase(by, shape);
  const request: VideoRequest = {
    ...settings,
    prompt,
    ...(firstFrame !== undefined && { firstFrame: await givenPicture(firstFrame) }),
    ...(by && { firstFrameBase: by }),
  };
  const generating = { motions, base, shape, device, useRecommended };
  return generators.with(generating, request, work, async (generator) => {
    const video = await generator.generate(request, work);
    const rate = framesPerSecond ?? motions[0]!.info.framesPerSecond;
    return keepVideo({ ...video, framesPerSecond: rate }, out, work);
  });
}
