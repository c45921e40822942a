/** @file The motion for an edit: an existing one trained on the clip, or the training that will learn it. */

import { stat } from 'node:fs/promises';
import { UsageError } from '../../errors.ts';
import { notice, type WorkOptions } from '../../events.ts';
import { captionsFor } from '../../media/captions.ts';
import { type ClipRate, framesAtRate } from '../../media/clip-window.ts';
import { findClips } from '../../media/find-clips.ts';
import { type Fit, fitSchema } from '../../media/shape-settings.ts';
import type { Size } from '../../media/size.ts';
import type { BaseModel } from '../../models/base-model.ts';
import { assertFitsBase, type Motion, readMotion } from '../../motion/file/motion-file.ts';
import type { MotionVariant } from '../../motion/variant.ts';
import { call, foundOf, phrase, setting } from '../../phrases.ts';
import {
  calledSettings,
  concerning,
  type Renaming,
  renamedError,
  renamedNotices,
} from '../../renamed-setting.ts';
import { runningDefaults } from '../../runtime/running-settings.ts';
import { withoutUndefined } from '../../settings.ts';
import { assertSameClips, clipRate, findTrainingClips } from '../../training/data/clip-set.ts';
import type { TrainingClip } from '../../training/data/training-clip.ts';
import { trainingSettings } from '../../training/declared-settings.ts';
import { type RunRecord, readRun, runPaths } from '../../training/run-folder.ts';
import {
  recommendedTraining,
  resumedSettings,
  type TrainingInput,
  type TrainingSettings,
  trainingDefaults,
} from '../../training/training-settings.ts';
import { newSettings } from '../train/prepare-training.ts';
import { runTraining } from '../train/run-training.ts';
import { tellUnfinished } from '../video/loaded-motions.ts';
import type { EditPaths } from './edit-folder.ts';
import type { EditRequest } from './edit-request.ts';

/** A loaded motion with its name for stored metadata, or the training that will learn it. */
export type MotionSource =
  | { readonly motion: Motion; readonly name: string }
  | { readonly settings: TrainingSettings; readonly begun: boolean };

/** The clip, the frames of it that are edited, and the motion. */
export interface EditMotion {
  readonly clip: TrainingClip;
  readonly frames: number;
  readonly stride: number;
  /** Rate at which frames are sampled. */
  readonly clipFps: ClipRate;
  readonly size: Size;
  /** How the clip is fitted to the video's size. */
  readonly fit: Fit;
  readonly variant: MotionVariant;
  readonly source: MotionSource;
}

/**
 * The paper's 24 frames at stride 2. Mirroring and copy-paste are off: with a single clip that is edited as it is,
 * augmented views teach nothing.
 */
const editDefaults = { frames: 24, stride: 2, flipProbability: 0, copyPaste: 0 } as const;

/**
 * Finds the clip, and resolves the settings of its training or reads the motion. Throws `MediaError` for the clip,
 * `CheckpointError` for the motion or for recommendations of the base, `UsageError` for invalid settings or for
 * settings other than those with which the training in the folder was begun.
 */
export async function editMotion(
  base: BaseModel,
  paths: EditPaths,
  options: EditRequest,
): Promise<EditMotion> {
  const path = await oneClip(options.clip);
  const { useRecommended = true, memory, precision } = options;
  const given = {
    ...(memory !== undefined && { memory }),
    ...(precision !== undefined && { precision }),
    ...options.training,
  };
  const motion =
    options.motion === undefined ? undefined : await concerning('motion', () => readMotion(options.motion!));
  if (motion) {
    assertFitsBase(options.motion!, motion, base, options);
    await tellUnfinished([{ path: options.motion!, info: motion.info }], options);
  }
  const begun = motion ? undefined : await begunTraining(paths);
  const ofBase = useRecommended ? recommendedTraining(base.settings) : {};
  const usual = motion ? shapeOf(motion) : (begun?.settings ?? ofBase);
  // A number of frames recommended by the base is not meant for the paper's editing stride.
  const usualStride = usual.frames === undefined ? editDefaults.stride : trainingDefaults.stride;
  const stride = given.stride ?? usual.stride ?? usualStride;
  const asked = { frames: given.frames ?? 2, stride, clipFps: given.clipFps ?? usual.clipFps ?? 'common' };
  // A training reports notes on the clip itself.
  const clip = await inspectOne(path, asked, motion ? options : {});
  const clipFps = clipRate(asked, [clip]);
  const most = usual.frames ?? editDefaults.frames;
  const frames = given.frames ?? fewer(framesAtRate(clip, clipFps).length, most, stride, options);
  if (motion) {
    const { width = motion.info.width, height = motion.info.height } = given;
    const fit = given.fit ?? usual.fit ?? 'cover';
    const variant = motion.info.variant;
    const source = { motion, name: motion.info.prompt };
    return { clip, frames, stride, clipFps, size: { width, height }, fit, variant, source };
  }
  const wanted = { ...given, base: base.folder, clips: [clip.path] };
  const { flipProbability, copyPaste } = editDefaults;
  const begin = (chosen: Partial<TrainingInput>) =>
    calledSettings(nameInEdit, () =>
      newSettings({ settings: { flipProbability, copyPaste, ...chosen, captions: false }, useRecommended }),
    );
  const settings = begun
    ? goingOn(paths, begun, clip, { ...wanted, ...sayings(options) })
    : await begin({
        ...wanted,
        frames,
        stride,
        prompt: await clipPrompt(path, options),
        device: options.device ?? runningDefaults.device,
      });
  const { width, height, fit, variant } = settings;
  const source = { settings, begun: begun !== undefined };
  return { clip, frames, stride, clipFps, size: { width, height }, fit, variant, source };
}

/** Settings that have other names in the options. */
function sayings({ clipPrompt, device }: EditRequest): Pick<Partial<TrainingInput>, 'prompt' | 'device'> {
  return { ...(clipPrompt !== undefined && { prompt: clipPrompt }), ...(device && { device }) };
}

async function oneClip(given: string): Promise<string> {
  const [path, ...others] = await findClips([given]);
  if (others.length === 0) return path!;
  throw new UsageError({
    found: `"${given}" holds ${others.length + 1} clips`,
    expected: 'one, since one is edited at a time',
    setting: 'clip',
    advice: `Give one of them, such as "${path}".`,
  });
}

/** The video shape that a motion was trained with. */
function shapeOf({ info }: Motion): Partial<Pick<TrainingSettings, 'frames' | 'stride' | 'clipFps' | 'fit'>> {
  const { stride, clipFps } = info.settings;
  const fit = fitSchema.safeParse(info.settings.fit);
  return {
    frames: info.frames,
    ...(typeof stride === 'number' && { stride }),
    ...(typeof clipFps === 'number' && { clipFps }),
    ...(fit.success && { fit: fit.data }),
  };
}

/** Inspects the clip. Throws `MediaError` if it is too short for the requested frames, or for any video. */
async function inspectOne(
  path: string,
  asked: Pick<TrainingSettings, 'frames' | 'stride' | 'clipFps'>,
  work: WorkOptions,
): Promise<TrainingClip> {
  const choice = { ...asked, clipRange: 'whole', window: 'start', captions: false } as const;
  const { onEvent } = renamedNotices(work, nameInEdit);
  const [clip] = await calledSettings(nameInEdit, () =>
    findTrainingClips({ ...choice, clips: [path] }, [], onEvent),
  );
  return clip!;
}

/** The number of frames that the clip has at this stride, at most `wanted`. */
function fewer(frameCount: number, wanted: number, stride: number, { onEvent }: WorkOptions): number {
  const most = Math.floor((frameCount - 1) / stride) + 1;
  if (most >= wanted) return wanted;
  const found = `the clip has ${frameCount} frames: ${most} at stride ${stride} are edited`;
  onEvent?.(notice({ found, expected: `${wanted}`, setting: 'frames' }));
  return most;
}

async function clipPrompt(path: string, options: EditRequest): Promise<string> {
  const prompt = options.clipPrompt ?? (await captionsFor([path])).get(path);
  if (prompt !== undefined) return prompt;
  throw new UsageError({
    found: 'training on the clip needs a description of what it shows',
    setting: 'clipPrompt',
    advice: phrase`Give ${setting('clipPrompt', 'a person walks')}, or ${setting('motion')} with a motion trained on the clip.`,
  });
}

/** The training of an earlier edit in the folder, if there is one. */
async function begunTraining({ training }: EditPaths): Promise<RunRecord | undefined> {
  const there = await stat(runPaths(training).record).catch(() => undefined);
  return there && readRun(training);
}

/** The settings with which a training is resumed. Throws `UsageError` if they differ from those requested. */
function goingOn(
  paths: EditPaths,
  begun: RunRecord,
  clip: TrainingClip,
  asked: Partial<TrainingInput>,
): TrainingSettings {
  try {
    assertSameClips(begun.clips, [clip]);
    return resumedSettings(begun.settings, withoutUndefined(asked));
  } catch (error) {
    throw inEdit(renamedError(error, nameInEdit), paths);
  }
}

const sameInEdit: readonly string[] = ['base', 'captions', 'device', 'memory', 'frames', 'width', 'height'];

/** The name in an edit of a setting of its training: `training.steps`. */
const nameInEdit: Renaming = (name) => {
  const own: Readonly<Record<string, string>> = { prompt: 'clipPrompt', clips: 'clip', out: 'run' };
  if (own[name] !== undefined) return own[name];
  return name in trainingSettings && !sameInEdit.includes(name) ? `training.${name}` : name;
};

/** Trains on the clip, or resumes that training. Throws as `runTraining` does. */
export async function trainForEdit(
  paths: EditPaths,
  { settings, begun }: Extract<MotionSource, { settings: unknown }>,
  work: WorkOptions,
): Promise<{ motion: Motion; name: string }> {
  const options = {
    ...renamedNotices(work, nameInEdit),
    out: paths.training,
    howToGoOn: sameEdit,
    tellWhatNext: false,
  };
  const train = () => runTraining({ ...options, resume: begun, settings });
  const { path } = await calledSettings(nameInEdit, train).catch((error: unknown) => {
    throw inEdit(error, paths);
  });
  return { motion: await readMotion(path), name: settings.prompt };
}

/** Advice on how to continue an edit. */
export const sameEdit = phrase`Continue with the same ${call('editVideo')}.`;

/** The error of a training that cannot be resumed with other settings, with advice that suits an edit. */
function inEdit(error: unknown, { folder }: EditPaths): unknown {
  if (!(error instanceof UsageError)) return error;
  return new UsageError(
    {
      found: phrase`"${folder}" holds another edit: ${foundOf(error)}`,
      setting: error.setting,
      advice: phrase`Give another ${setting('run')}.`,
    },
    { cause: error },
  );
}
