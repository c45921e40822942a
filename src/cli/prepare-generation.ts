/** @file Everything that commands which make videos with motions check before the long work begins. */
import { basename } from 'node:path';
import { UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { readPicture } from '../media/picture-file.ts';
import { assertVideoPath } from '../media/video-file.ts';
import { assertVideoTarget } from '../media/video-target.ts';
import { assertPictureSize } from '../models/picture-size.ts';
import type { PictureSize } from '../models/programs.ts';
import { assertFits, type Motion, readMotion } from '../motion/motion-file.ts';
import { motionFingerprint } from '../motion/motion-fingerprint.ts';
import { combineMotions, type MotionShape, sharedShape } from '../motion/strengths.ts';
import { type VideoRequest, videoGenerator } from '../pipelines/generate-video.ts';
import type { SamplerName } from '../pipelines/sampling.ts';
import { referenceOptions, type VideoSettings, withoutUndefined } from '../pipelines/video-settings.ts';
import { checkDevice, parseDevice } from '../runtime/devices.ts';
import { assertComplete } from '../training/complete-base.ts';
import { chosenBase } from './base-option.ts';
import type { MotionChoice } from './motion-option.ts';
import { findMotionFile } from './motion-path.ts';

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
  readonly rounding?: VideoSettings['rounding'];
  readonly reference?: boolean;
  readonly seed: number;
  readonly device: string;
  readonly json?: boolean;
}

/** What commander makes of the options of `lamp generate`. */
export interface GenerateOptions extends VideoOptions {
  readonly prompt: string;
  readonly out: string;
  readonly firstFrame?: string;
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
  const firstFrame = options.firstFrame === undefined ? undefined : await readPicture(options.firstFrame);
  const request: VideoRequest = withoutUndefined({
    ...videoSettings(options, options.firstFrameFit),
    prompt: options.prompt,
    negativePrompt: options.negativePrompt,
    seed: options.seed,
    firstFrame,
    drawing: options.firstFramePrompt === undefined ? undefined : { prompt: options.firstFramePrompt },
  }) as VideoRequest;
  return { request, ...(await openGenerator(motions, options, request, work)) };
}

/** Motions that were asked for, and the base and kind of video that they are for. */
export type OpenMotions = Awaited<ReturnType<typeof openMotions>>;

/** Reads the motions and opens the base. Throws `CheckpointError` or `UsageError` when they do not go together. */
export async function openMotions(options: VideoOptions, work: WorkOptions) {
  const device = parseDevice(options.device);
  const motions: (MotionChoice & Motion)[] = [];
  for (const { path, strength } of options.motion) {
    const file = await findMotionFile(path);
    motions.push({ path: file, strength, ...(await readMotion(file)) });
  }
  const base = await chosenBase(options.base, work);
  for (const motion of motions) assertFits(motion.path, motion, base, work);
  const shape = sharedShape(motions, { frames: options.frames, ...options.size });
  assertPictureSize(base.vae.config, shape);
  assertComplete(base, shape);
  return { device, motions, base, shape };
}

/** Makes the generator for motions and requests like this one, and says at which rate their videos play. */
export async function openGenerator(
  { device, motions, base, shape }: OpenMotions,
  options: VideoOptions,
  request: VideoRequest,
  work: WorkOptions,
) {
  await checkDevice(device);
  const names = motions.map(nameOf);
  const plain = motions.length === 1 && motions[0]!.strength === 1;
  const parts = () =>
    motions.map(({ values, strength }, i) => ({
      name: names[i]!,
      sha256: motionFingerprint(values),
      strength,
    }));
  const { info } = motions[0]!;
  const values = await combineMotions(motions, base);
  const generator = await videoGenerator(base, () => values, {
    ...shape,
    device,
    variant: info.variant,
    useRecommended: !options.reference,
    motionName: names.join(' + '),
    ...(!plain && { motionParts: parts() }),
  });
  generator.check(request);
  const notes = new Set(motions.flatMap(({ info }) => difference(info, shape) ?? []));
  for (const message of notes) work.onEvent?.({ type: 'notice', message });
  return { generator, framesPerSecond: options.fps ?? info.framesPerSecond };
}

/** What a motion is called in what is stored with its videos: that of a run is named by what it shows. */
function nameOf({ path, info }: MotionChoice & Motion): string {
  return basename(path) === 'motion.safetensors' ? info.prompt : basename(path);
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
    firstFrameFit,
    firstFramePosterior: options.firstFramePosterior,
    rounding: options.rounding,
  }) as Partial<VideoSettings>;
  return options.reference ? { ...referenceOptions, ...given } : given;
}

/** How what is asked for differs from what a motion was trained with. */
function difference(motion: MotionShape, asked: MotionShape): string | undefined {
  const text = ({ frames, width, height }: MotionShape) => `${frames} frames of ${width}x${height}`;
  if (text(motion) === text(asked)) return undefined;
  return `the motion was trained with ${text(motion)}; ${text(asked)} may look worse`;
}
