/** @file The common part of generating videos and animating pictures: from options to frames. */

import type { WorkOptions } from '../events.ts';
import { assertVideoPath } from '../media/video-file.ts';
import { assertVideoTarget } from '../media/video-target.ts';
import { inPrecision } from '../models/precision.ts';
import type { MotionInfo } from '../motion/file/motion-file.ts';
import { checkFirstFrameBase } from '../pipelines/video/drawn-first-frame.ts';
import type { Generators } from '../pipelines/video/kept-generators.ts';
import {
  fitMotions,
  type MotionGeneratorOptions,
  sharedPrompt,
  tellUnfinished,
} from '../pipelines/video/loaded-motions.ts';
import { resolveRequest } from '../pipelines/video/plan-video.ts';
import { recommendationsOf } from '../pipelines/video/video-context.ts';
import type { VideoRequest } from '../pipelines/video/video-request.ts';
import { referenceOptions, videoSettings } from '../pipelines/video/video-settings.ts';
import { concerning } from '../renamed-setting.ts';
import { declare, type GivenSettings, namesOf, pick, withDefaults } from '../settings.ts';
import { onDevice } from './chosen-device.ts';
import {
  assertNoFirstFrame,
  assertNotDrawn,
  type FirstFrameOptions,
  givenFirstFrameBase,
} from './first-frame.ts';
import { baseKinds, baseSetting, givenBase } from './load-base.ts';
import { givenMotions, motionSetting, motionsSetting } from './load-motion.ts';
import { shared } from './shared-settings.ts';
import { assertOneSource, assertVideoOptionsUsed } from './unused-options.ts';
import { givenPicture, keepVideo, type Video } from './video.ts';

/** The settings of every video with motions. */
export const videoOptionSettings = {
  base: declare(baseSetting.schema, {
    ...baseSetting,
    description: `the model the motion was trained on: ${baseKinds}`,
  }),
  motion: motionSetting,
  motions: motionsSetting,
  negativePrompt: shared.negativePrompt,
  frames: shared.frames,
  width: shared.width,
  height: shared.height,
  framesPerSecond: shared.framesPerSecond,
  seed: shared.seed,
  device: shared.device,
  memory: shared.memory,
  precision: shared.precision,
  useRecommended: shared.useRecommended,
  out: shared.out,
  ...videoSettings,
  reference: shared.reference,
};

/**
 * Options of every video with motions. Omitted settings are those that the base recommends (in its `lamp.json`), else
 * the paper's.
 */
export interface VideoOptions extends GivenSettings<typeof videoOptionSettings>, WorkOptions {}

/** Additional options of one of the functions. */
interface Shown extends FirstFrameOptions, Pick<VideoRequest, 'drawing'> {
  /** The prompt; default the motions' common training prompt. */
  readonly prompt?: string;
}

/** Everything needed for videos, checked before anything is computed. */
export interface PreparedVideos {
  readonly generating: MotionGeneratorOptions;
  /** The request, without a given first frame. */
  readonly request: VideoRequest;
  readonly framesPerSecond: number;
  readonly work: WorkOptions;
}

/**
 * Checks options, and opens base and motions. `name` is the function's name; `check` refuses motions unsuitable for it.
 * The first frame is not read: it is given here to tell whether one is drawn.
 */
export async function prepareVideos(
  name: string,
  { onEvent, onPreview, signal, firstFrame, ...options }: Omit<VideoOptions, 'out'> & Shown,
  check?: (path: string, info: MotionInfo) => void,
): Promise<PreparedVideos> {
  assertOneSource(options);
  if (firstFrame !== undefined) assertNotDrawn(options);
  const { base: chosenBase, motion, motions: several, frames, width, height, ...others } = options;
  const {
    device: deviceName,
    memory,
    precision,
    reference,
    framesPerSecond,
    ...asked
  } = withDefaults(pick(shared, ['device', 'precision', 'reference']), others);
  const { useRecommended = !reference, firstFrameBase, firstFrameSize, ...shown } = asked;
  const { device, work } = await onDevice(
    { device: deviceName, memory, precision },
    { onEvent, onPreview, signal },
  );
  const motions = await givenMotions(
    name,
    { ...(motion && { motion }), ...(several && { motions: several }) },
    check,
  );
  const base = await inPrecision(await givenBase(chosenBase, work), precision, device);
  const shape = await concerning('base', async () =>
    fitMotions(motions, base, { frames, width, height }, work),
  );
  await tellUnfinished(motions, work);
  const by = await givenFirstFrameBase(
    { ...(firstFrameBase && { firstFrameBase }), ...(firstFrameSize && { firstFrameSize }) },
    precision,
    device,
    work,
  );
  if (by) await concerning('firstFrameBase', async () => checkFirstFrameBase(by, shape));
  const { prompt = sharedPrompt(motions), ...settings } = shown;
  assertKnown(settings);
  const request = {
    ...(reference && referenceOptions),
    ...settings,
    prompt,
    ...(by && { firstFrameBase: by }),
  };
  const recommended = recommendationsOf(base, useRecommended);
  const resolved = resolveRequest(request, { recommended, useRecommended });
  const { variant } = motions[0]!.info;
  if (!variant.firstFrame) assertNoFirstFrame({ ...options, ...(firstFrame && { firstFrame }) });
  const isDrawn = firstFrame === undefined && variant.firstFrame;
  assertVideoOptionsUsed(
    { ...settings, firstFrame, firstFrameBase },
    { sampling: resolved.settings, drawing: isDrawn ? resolved.drawing : undefined },
  );
  return {
    generating: { motions, base, shape, device, memory, useRecommended },
    request,
    framesPerSecond: framesPerSecond ?? motions[0]!.info.framesPerSecond,
    work,
  };
}

const inRequest = [...namesOf(videoSettings), 'negativePrompt', 'drawing', 'seed', 'out'];

/** Throws for an option that would end up in the request without being used: a fault of the calling function. */
function assertKnown(settings: object): void {
  const unknown = Object.keys(settings).find((name) => !inRequest.includes(name));
  if (unknown !== undefined) throw new Error(`prepareVideos does not use the option "${unknown}"`);
}

/**
 * Makes the video that the options describe. `name` is the function's name, `check` refuses motions unsuitable for it,
 * and `generators` decides whether networks stay compiled.
 */
export async function makeVideo(
  generators: Generators,
  name: string,
  { out, firstFrame, ...options }: VideoOptions & Shown,
  check?: (path: string, info: MotionInfo) => void,
): Promise<Video> {
  if (out !== undefined) assertVideoPath(out);
  const prepared = await prepareVideos(name, { ...options, ...(firstFrame && { firstFrame }) }, check);
  const { generating, request, framesPerSecond, work } = prepared;
  if (out !== undefined) await concerning('out', () => assertVideoTarget(out, generating.shape));
  const picture =
    firstFrame === undefined ? {} : { firstFrame: await givenPicture('firstFrame', firstFrame) };
  // Weights are read while the video is made.
  return concerning({ CheckpointError: 'base' }, () =>
    generators.with(generating, { ...request, ...picture }, work, async (generator) => {
      const video = await generator.generate({ ...request, ...picture }, work);
      return keepVideo({ ...video, framesPerSecond }, out, work);
    }),
  );
}
