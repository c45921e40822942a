/** @file Everything that commands which make videos with motions check before the long work begins. */
import { UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { readPicture } from '../media/picture-file.ts';
import { assertVideoPath } from '../media/video-file.ts';
import { assertVideoTarget } from '../media/video-target.ts';
import type { PictureSize } from '../models/programs.ts';
import { readMotion } from '../motion/file/motion-file.ts';
import { findMotionFile } from '../motion/file/motion-path.ts';
import type { SamplerName } from '../pipelines/draw/sampling-settings.ts';
import { checkFirstFrameBase } from '../pipelines/video/drawn-first-frame.ts';
import {
  fitMotions,
  generatorForMotions,
  type LoadedMotion,
  tellUnfinished,
} from '../pipelines/video/loaded-motions.ts';
import type { VideoRequest } from '../pipelines/video/video-request.ts';
import { referenceOptions, type VideoSettings, withoutUndefined } from '../pipelines/video/video-settings.ts';
import { parseDevice } from '../runtime/devices.ts';
import { chosenBase } from './base-option.ts';
import { type FirstFrameBaseOptions, openFirstFrameBase } from './first-frame-base.ts';
import type { MotionChoice } from './motion-option.ts';

/** What commander makes of the options that `lamp generate` and `lamp animate` have in common. */
export interface VideoOptions {
  readonly motion: readonly MotionChoice[];
  readonly base?: string;
  readonly negativePrompt?: string;
  readonly firstFramePosterior?: VideoSettings['firstFramePosterior'];
  readonly frames?: number;
  readonly size?: PictureSize;
  readonly fps?: number;
  readonly sampler?: SamplerName;
  readonly samplerSteps?: number;
  readonly eta?: number;
  readonly guidance?: number;
  readonly noiseShare?: number;
  readonly keepNoiseVariance?: boolean;
  readonly alignment?: VideoSettings['alignment'];
  readonly histogramMatching?: boolean;
  readonly imageModelBelow?: number;
  readonly imageModelGuidance?: number;
  readonly finishAt?: number;
  readonly rounding?: VideoSettings['rounding'];
  readonly reference?: boolean;
  readonly seed: number;
  readonly device: string;
  readonly json?: boolean;
}

/** What commander makes of the options of `lamp generate`. */
export interface GenerateOptions extends VideoOptions, FirstFrameBaseOptions {
  readonly prompt: string;
  readonly out: string;
  readonly firstFramePrompt?: string;
  readonly firstFrameFit?: VideoSettings['firstFrameFit'];
}

/** Checks everything about a `lamp generate` that can be checked before the long work begins. */
export async function prepareGeneration(options: GenerateOptions, work: WorkOptions) {
  assertVideoPath(options.out);
  if (options.firstFrame !== undefined && options.firstFramePrompt !== undefined) {
    throw new UsageError(
      '--first-frame gives the picture and --first-frame-prompt draws one. Use one of them.',
    );
  }
  const motions = await openMotions(options, work);
  await assertVideoTarget(options.out, motions.shape);
  const firstFrameBase = await openFirstFrameBase(options, work);
  if (firstFrameBase) checkFirstFrameBase(firstFrameBase, motions.shape);
  const firstFrame = options.firstFrame === undefined ? undefined : await readPicture(options.firstFrame);
  const request: VideoRequest = withoutUndefined({
    ...videoSettings(options, options.firstFrameFit),
    prompt: options.prompt,
    negativePrompt: options.negativePrompt,
    seed: options.seed,
    firstFrame,
    firstFrameBase,
    drawing: options.firstFramePrompt === undefined ? undefined : { prompt: options.firstFramePrompt },
  }) as VideoRequest;
  return { request, ...(await openGenerator(motions, options, request, work)) };
}

/** Motions that were asked for, and the base and kind of video that they are for. */
export type OpenMotions = Awaited<ReturnType<typeof openMotions>>;

/** Reads the motions and opens the base. Throws `CheckpointError` or `UsageError` when they do not go together. */
export async function openMotions(options: VideoOptions, work: WorkOptions) {
  const device = parseDevice(options.device);
  const motions: LoadedMotion[] = [];
  for (const { path, strength } of options.motion) {
    const file = await findMotionFile(path);
    motions.push({ path: file, strength, ...(await readMotion(file)) });
  }
  const base = await chosenBase(options.base, work);
  const shape = fitMotions(motions, base, { frames: options.frames, ...options.size }, work);
  await tellUnfinished(motions, work);
  return { device, motions, base, shape };
}

/** Makes the generator for motions and requests like this one, and says at which rate their videos play. */
export async function openGenerator(
  opened: OpenMotions,
  options: VideoOptions,
  request: VideoRequest,
  work: WorkOptions,
) {
  const useRecommended = !options.reference;
  const generator = await generatorForMotions({ ...opened, useRecommended }, request, work);
  return { generator, framesPerSecond: options.fps ?? opened.motions[0]!.info.framesPerSecond };
}

/** The settings that were given, over the reference's where those are wanted. */
export function videoSettings(
  options: Omit<VideoOptions, 'motion'>,
  firstFrameFit: VideoSettings['firstFrameFit'] | undefined,
): Partial<VideoSettings> {
  const given = withoutUndefined({
    sampler: options.sampler,
    samplerSteps: options.samplerSteps,
    eta: options.eta,
    guidance: options.guidance,
    noiseShare: options.noiseShare,
    keepNoiseVariance: options.keepNoiseVariance,
    alignment: options.alignment,
    histogramMatching: options.histogramMatching,
    imageModelBelow: options.imageModelBelow,
    imageModelGuidance: options.imageModelGuidance,
    finishAt: options.finishAt,
    firstFrameFit,
    firstFramePosterior: options.firstFramePosterior,
    rounding: options.rounding,
  }) as Partial<VideoSettings>;
  return options.reference ? { ...referenceOptions, ...given } : given;
}
