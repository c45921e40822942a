/** @file Several motions with strengths, and a generator for videos that combine them. */
import { basename } from 'node:path';
import { notice, type WorkOptions } from '../../events.ts';
import type { BaseModel } from '../../models/base-model.ts';
import { assertPictureSize } from '../../models/picture-size.ts';
import { assertFitsBase, type Motion, trained } from '../../motion/file/motion-file.ts';
import { motionFingerprint } from '../../motion/file/motion-fingerprint.ts';
import { combineMotions, type MotionShape, sharedShape } from '../../motion/file/strengths.ts';
import { call, type GivenParts, phrase } from '../../phrases.ts';
import { checkDevice, type DeviceName } from '../../runtime/devices.ts';
import type { MemoryChoice } from '../../runtime/memory-mode.ts';
import { withoutUndefined } from '../../settings.ts';
import { assertComplete } from '../../training/complete-base.ts';
import { unfinishedRun } from '../../training/run-folder.ts';
import { tellFarSize, videoFlops } from '../draw/far-size.ts';
import { layered } from '../draw/sampling-settings.ts';
import { videoGenerator } from './video-pipeline.ts';
import type { VideoGenerator, VideoRequest } from './video-request.ts';
import { recommendedVideoSettings, videoDefaults } from './video-settings.ts';

/** A motion read from a file, and the strength with which it acts. */
export interface LoadedMotion extends Motion {
  /** Path of the motion file. */
  readonly path: string;
  /** From 0 (not at all) to 1 (as learned). */
  readonly strength: number;
}

/**
 * Checks that the motions fit the base and one another, and returns the length and size of the videos: those requested,
 * else what the motions were trained with. Throws `CheckpointError` if they do not fit, `UsageError` for an invalid
 * size.
 */
export function fitMotions(
  motions: readonly LoadedMotion[],
  base: BaseModel,
  asked: Parameters<typeof sharedShape>[1],
  work: WorkOptions,
): MotionShape {
  for (const motion of motions) assertFitsBase(motion.path, motion, base, work);
  const shape = sharedShape(motions, asked);
  assertPictureSize(base.vae.config, shape);
  assertComplete(base, shape);
  return shape;
}

/** Reports in notices which of the motions belong to unfinished runs. */
export async function tellUnfinished(
  motions: readonly Pick<LoadedMotion, 'path' | 'info'>[],
  { onEvent }: WorkOptions,
): Promise<void> {
  for (const { path, info } of motions) {
    const run = await unfinishedRun(path, info.steps);
    if (!run) continue;
    const found = `the run "${run.folder}" is not finished: its motion is from step ${info.steps} of ${run.steps}`;
    const goOn = call('learnMotion', { out: run.folder, resume: true });
    onEvent?.(notice({ found, advice: phrase`Continue with: ${goOn}` }));
  }
}

/** Options of {@link generatorForMotions}. */
export interface MotionGeneratorOptions {
  readonly motions: readonly LoadedMotion[];
  readonly base: BaseModel;
  /** See `fitMotions`. */
  readonly shape: MotionShape;
  readonly device: DeviceName;
  readonly memory?: MemoryChoice | undefined;
  /** See `VideoGeneratorOptions`. */
  readonly useRecommended: boolean;
}

/**
 * Makes the generator for these motions and for requests like this one. Notices report a length or size that differs
 * from what a motion was trained with. Throws `DeviceError` if the device does not work, and what
 * `VideoGenerator.check` throws.
 */
export async function generatorForMotions(
  { motions, base, shape, device, memory, useRecommended }: MotionGeneratorOptions,
  request: VideoRequest,
  work: WorkOptions,
): Promise<VideoGenerator> {
  await checkDevice(device);
  const names = motions.map(nameOf);
  const plain = motions.length === 1 && motions[0]!.strength === 1;
  const parts = () =>
    motions.map(({ values, strength }, i) => ({
      name: names[i]!,
      sha256: motionFingerprint(values),
      strength,
    }));
  const acting = motions.map((motion) => ({ ...trained(motion), strength: motion.strength }));
  const combined = await combineMotions(acting, base);
  const generator = await videoGenerator(base, () => combined, {
    ...shape,
    device,
    memory,
    useRecommended,
    motionName: names.join(' + '),
    ...(!plain && { motionParts: parts() }),
  });
  generator.check(request);
  await tellDifferences({ motions, base, shape, device, useRecommended }, request, work);
  return generator;
}

/**
 * Reports in notices a length or size that differs from what a motion was trained with, and a size far from what the
 * base was trained on.
 */
export async function tellDifferences(
  { motions, base, shape, device, useRecommended }: MotionGeneratorOptions,
  request: VideoRequest,
  work: WorkOptions,
): Promise<void> {
  const notices = motions.flatMap(({ info }) => difference(info, shape) ?? []).map(notice);
  const distinct = new Map(notices.map((each) => [each.message, each]));
  for (const each of distinct.values()) work.onEvent?.(each);
  const flops = () => {
    const ofBase = useRecommended ? recommendedVideoSettings(base.settings) : {};
    return videoFlops(base, shape, layered(videoDefaults, ofBase, withoutUndefined(request)));
  };
  await tellFarSize({ base, size: shape, device, flops }, work);
}

/** The default prompt of videos: the training prompt that all motions share. */
export function sharedPrompt(motions: readonly Pick<Motion, 'info'>[]): string {
  return [...new Set(motions.map(({ info }) => info.prompt))].join(', ');
}

/** The name of a motion in the metadata of its videos; a run's motion is named after its prompt. */
function nameOf({ path, info }: LoadedMotion): string {
  return basename(path) === 'motion.safetensors' ? info.prompt : basename(path);
}

/** Describes how the request differs from what a motion was trained with. */
function difference(motion: MotionShape, asked: MotionShape): GivenParts | undefined {
  const text = ({ frames, width, height }: MotionShape) => `${frames} frames of ${width}x${height}`;
  if (text(motion) === text(asked)) return undefined;
  return {
    found: `${text(asked)} may look worse: the motion was not trained with this length and size`,
    expected: text(motion),
    setting: motion.frames === asked.frames ? 'size' : 'frames',
  };
}
