/** @file Everything that `lamp generate` checks before the long work begins. */
import { basename } from 'node:path';
import { UsageError } from '../errors.ts';
import type { OnEvent } from '../events.ts';
import { readPicture } from '../media/picture-file.ts';
import { assertVideoPath } from '../media/video-file.ts';
import { assertVideoTarget } from '../media/video-target.ts';
import { openBaseModel } from '../models/base-model.ts';
import { assertPictureSize } from '../models/picture-size.ts';
import type { PictureSize } from '../models/programs.ts';
import { assertFits, type MotionInfo, readMotion } from '../motion/motion-file.ts';
import { type VideoRequest, videoGenerator } from '../pipelines/generate-video.ts';
import type { SamplerName } from '../pipelines/sampling.ts';
import { referenceOptions, type VideoSettings, withoutUndefined } from '../pipelines/video-settings.ts';
import { checkDevice, parseDevice } from '../runtime/devices.ts';
import { assertComplete } from '../training/complete-base.ts';
import { findMotionFile } from './motion-path.ts';

/** What commander makes of the options. */
export interface GenerateOptions {
  readonly motion: string;
  readonly base: string;
  readonly prompt: string;
  readonly out: string;
  readonly negativePrompt?: string;
  readonly firstFrame?: string;
  readonly firstFramePrompt?: string;
  readonly firstFrameFit?: VideoSettings['firstFrameFit'];
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
  /** commander's `--no-…`: true unless switched off. */
  readonly histogramMatching: boolean;
  readonly rounding?: VideoSettings['rounding'];
  readonly reference?: boolean;
  readonly seed: number;
  readonly device: string;
  readonly otherBase?: boolean;
  readonly json?: boolean;
}

/** Checks everything that can be checked before the long work begins. */
export async function prepareGeneration(options: GenerateOptions, onEvent: OnEvent) {
  assertVideoPath(options.out);
  if (options.firstFrame !== undefined && options.firstFramePrompt !== undefined) {
    throw new UsageError(
      '--first-frame gives the picture and --first-frame-prompt draws one. Use one of them.',
    );
  }
  const device = parseDevice(options.device);
  const motionPath = await findMotionFile(options.motion);
  const motion = await readMotion(motionPath);
  const base = await openBaseModel(options.base);
  assertFits(motionPath, motion, base, { otherWeights: options.otherBase ?? false });
  const size = options.size ?? motion.info;
  const frames = options.frames ?? motion.info.frames;
  assertPictureSize(base.vae.config, size);
  assertComplete(base, size);
  await assertVideoTarget(options.out, size);
  const firstFrame = options.firstFrame === undefined ? undefined : await readPicture(options.firstFrame);
  await checkDevice(device);
  const { width, height } = size;
  const generator = await videoGenerator(base, () => motion.values, {
    frames,
    width,
    height,
    device,
    motionName: basename(motionPath) === 'motion.safetensors' ? motion.info.prompt : basename(motionPath),
  });
  const request: VideoRequest = withoutUndefined({
    ...videoSettings(options),
    prompt: options.prompt,
    negativePrompt: options.negativePrompt,
    seed: options.seed,
    firstFrame,
    drawing: options.firstFramePrompt === undefined ? undefined : { prompt: options.firstFramePrompt },
  }) as VideoRequest;
  generator.check(request);
  noteDifferences(motion.info, size, frames, onEvent);
  return { generator, request, framesPerSecond: options.fps ?? motion.info.framesPerSecond };
}

/** The settings that were given, over the reference's where those are wanted. */
function videoSettings(options: GenerateOptions): Partial<VideoSettings> {
  const given = withoutUndefined({
    sampler: options.sampler,
    samplerSteps: options.samplerSteps,
    eta: options.eta,
    guidance: options.guidance,
    noiseShare: options.noiseShare,
    keepNoiseVariance: options.keepNoiseVariance,
    alignment: options.alignment,
    histogramMatching: options.histogramMatching ? undefined : false,
    firstFrameFit: options.firstFrameFit,
    firstFramePosterior: options.firstFramePosterior,
    rounding: options.rounding,
  }) as Partial<VideoSettings>;
  return options.reference ? { ...referenceOptions, ...given } : given;
}

function noteDifferences(motion: MotionInfo, size: PictureSize, frames: number, onEvent: OnEvent): void {
  const trained = `${motion.frames} frames of ${motion.width}x${motion.height}`;
  const asked = `${frames} frames of ${size.width}x${size.height}`;
  if (trained === asked) return;
  const message = `the motion was trained with ${trained}; ${asked} may look worse`;
  onEvent({ type: 'notice', message });
}
