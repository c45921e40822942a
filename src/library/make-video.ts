/**
 * @file What generating a video and animating a picture have in common: from options as callers give them to frames.
 */
import { UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { assertVideoPath } from '../media/video-file.ts';
import { assertVideoTarget } from '../media/video-target.ts';
import type { MotionInfo } from '../motion/file/motion-file.ts';
import { phrase, setting } from '../phrases.ts';
import { checkFirstFrameBase } from '../pipelines/video/drawn-first-frame.ts';
import type { Generators } from '../pipelines/video/kept-generators.ts';
import {
  fitMotions,
  type MotionGeneratorOptions,
  sharedPrompt,
  tellUnfinished,
} from '../pipelines/video/loaded-motions.ts';
import type { VideoRequest } from '../pipelines/video/video-request.ts';
import { referenceOptions, type VideoSettings } from '../pipelines/video/video-settings.ts';
import { type DeviceName, parseDevice } from '../runtime/devices.ts';
import { field, fieldsNamed, workFields } from './check-options.ts';
import { assertNotDrawn, type FirstFrameOptions, givenFirstFrameBase } from './first-frame.ts';
import { type BaseChoice, baseField, givenBase } from './load-base.ts';
import { givenMotions, type MotionChoice, motionField, motionsField } from './load-motion.ts';
import { givenPicture, keepVideo, type Video } from './video.ts';

/**
 * What every video with motions is made of. What is left out is as the base recommends (its `lamp.json`), or as in the
 * paper.
 */
export interface VideoOptions extends Partial<VideoSettings>, WorkOptions {
  /**
   * The model the motion was trained on, or another of its kind; the built-in one unless told. See
   * `LoadBaseOptions.base`.
   */
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
  /** Whether settings that are left out are as the base recommends; true by default. */
  readonly useRecommended?: boolean;
  /**
   * Settings that are left out are those of the authors' implementation, whatever the base recommends; false by
   * default.
   */
  readonly reference?: boolean;
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
  reference: field.flag.optional(),
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

/** Most frames of a video, and most of them in a second: what is above is a slip of the keyboard. */
const most = { frames: 10_000, framesPerSecond: 1000 } as const;

/** What videos are made with, all checked, before anything is computed. */
export interface PreparedVideos {
  readonly generating: MotionGeneratorOptions;
  /** Without a first frame that is given. */
  readonly request: VideoRequest;
  readonly framesPerSecond: number;
  readonly work: WorkOptions;
}

/**
 * Checks what can be checked, and opens what is needed. `name` is the function's, `check` refuses motions that are not
 * for it.
 */
export async function prepareVideos(
  name: string,
  { onEvent, signal, ...options }: Omit<VideoOptions, 'out'> & Omit<Shown, 'firstFrame'>,
  check: (path: string, info: MotionInfo) => void = () => {},
): Promise<PreparedVideos> {
  const work = { onEvent, signal };
  const { base: chosenBase, motion, motions: several, frames, width, height, ...others } = options;
  const { device: deviceName = 'cpu', reference = false, framesPerSecond, ...asked } = others;
  const { useRecommended = !reference, firstFrameBase, firstFrameSize, ...shown } = asked;
  assertAtMost('frames', frames);
  assertAtMost('framesPerSecond', framesPerSecond);
  const device = parseDevice(deviceName);
  const motions = await givenMotions(name, {
    ...(motion && { motion }),
    ...(several && { motions: several }),
  });
  for (const { path, info } of motions) check(path, info);
  const base = await givenBase(chosenBase, work);
  const shape = fitMotions(motions, base, { frames, width, height }, work);
  await tellUnfinished(motions, work);
  const by = await givenFirstFrameBase(
    { ...(firstFrameBase && { firstFrameBase }), ...(firstFrameSize && { firstFrameSize }) },
    work,
  );
  if (by) checkFirstFrameBase(by, shape);
  const { prompt = sharedPrompt(motions), ...settings } = shown;
  return {
    generating: { motions, base, shape, device, useRecommended },
    request: {
      ...(reference && referenceOptions),
      ...settings,
      prompt,
      ...(by && { firstFrameBase: by }),
    },
    framesPerSecond: framesPerSecond ?? motions[0]!.info.framesPerSecond,
    work,
  };
}

/**
 * Makes the video that options ask for. `name` is the function's, `check` refuses motions that are not for it,
 * `generators` says whether networks stay compiled.
 */
export async function makeVideo(
  generators: Generators,
  name: string,
  { out, firstFrame, ...options }: VideoOptions & Shown,
  check?: (path: string, info: MotionInfo) => void,
): Promise<Video> {
  if (out !== undefined) assertVideoPath(out);
  if (firstFrame !== undefined) assertNotDrawn(options);
  const { generating, request, framesPerSecond, work } = await prepareVideos(name, options, check);
  if (out !== undefined) await assertVideoTarget(out, generating.shape);
  const picture = firstFrame === undefined ? {} : { firstFrame: await givenPicture(firstFrame) };
  return generators.with(generating, { ...request, ...picture }, work, async (generator) => {
    const video = await generator.generate({ ...request, ...picture }, work);
    return keepVideo({ ...video, framesPerSecond }, out, work);
  });
}

function assertAtMost(name: keyof typeof most, value: number | undefined): void {
  if (value === undefined || value <= most[name]) return;
  throw new UsageError({
    found: phrase`${setting(name)} is ${value}`,
    expected: `at most ${most[name]}`,
    setting: name,
  });
}
