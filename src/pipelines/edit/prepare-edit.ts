/** @file Finds out whether a clip can be edited as asked, before anything is written or computed for long. */
import { resolve } from 'node:path';
import { ddimInverter } from '../../diffusion/ddim.ts';
import { readNoiseSchedule } from '../../diffusion/noise-schedule.ts';
import { randomStream } from '../../diffusion/random.ts';
import { assertStrength, redrawStrength } from '../../diffusion/sdedit.ts';
import { UsageError } from '../../errors.ts';
import type { WorkOptions } from '../../events.ts';
import type { Picture } from '../../media/picture.ts';
import { type BaseModel, openBaseModel } from '../../models/base-model.ts';
import { builtInBase } from '../../models/built-in-base.ts';
import { assertPictureSize } from '../../models/picture-size.ts';
import type { PictureSize } from '../../models/programs.ts';
import { assertMotionBase } from '../../motion/file/motion-base.ts';
import { checkDevice, type DeviceName } from '../../runtime/devices.ts';
import { type TrainingClip, trainingRate } from '../../training/clip-set.ts';
import { assertComplete } from '../../training/complete-base.ts';
import type { TrainingInput } from '../../training/training-settings.ts';
import { type DrawSettings, resolveDrawSettings } from '../draw/draw-picture.ts';
import { tellFarSize, videoFlops } from '../draw/far-size.ts';
import { samplerFor } from '../draw/sampling-settings.ts';
import { checkFirstFrameBase, type FirstFrameBase } from '../video/drawn-first-frame.ts';
import {
  recommendedSampling,
  recommendedVideoSettings,
  resolveVideoSettings,
  type VideoSettings,
} from '../video/video-settings.ts';
import { assertEditFolder, type EditPaths, editPaths } from './edit-folder.ts';
import { type EditMotion, editMotion } from './edit-motion.ts';

/** What to edit and how. What is left out is as the base recommends, or as in the paper. */
export interface EditVideoOptions extends WorkOptions {
  /** A video, an animation, or a folder of numbered pictures. Its first frames are edited. */
  readonly clip: string;
  /** What the edited video shows. */
  readonly prompt: string;
  /** What it shall not show. */
  readonly negativePrompt?: string;
  /**
   * Folder in which all parts of the edit are kept. The same call goes on there after it was stopped; another look of
   * the same clip needs neither training nor inversion.
   */
  readonly run: string;
  /** What the clip shows, for training on it; its caption (see `captionsFor`) unless told. */
  readonly clipPrompt?: string;
  /** Path of a motion file that was trained on the clip before: there is no training then. */
  readonly motion?: string;
  /** The base model's folder or file; the built-in one unless told. */
  readonly base?: string;
  /** The first frame in the new look, of any size; the clip's own is drawn anew unless told. */
  readonly firstFrame?: Picture;
  /** How far the clip's first frame is drawn anew, 0 (as it is) to 1; 0.6 unless told. */
  readonly strength?: number;
  /** How it is drawn; its prompts are the video's unless told. */
  readonly drawing?: Partial<DrawSettings>;
  /**
   * Settings of the training and of the video's shape: 24 frames at stride 2 (fewer frames of a shorter clip), never
   * mirrored, unless told. A motion that is given has its own.
   */
  readonly training?: Partial<Omit<TrainingInput, 'base' | 'clips' | 'prompt' | 'captions' | 'device'>>;
  /** How the video is sampled. */
  readonly sampling?: Partial<VideoSettings>;
  /** Steps of the DDIM inversion; those of a DDIM sampler, or 50, unless told. */
  readonly inversionSteps?: number;
  /** Decides the first frame and the sampling's noise, not the training; 0 unless told. */
  readonly seed?: number;
  /** `cpu` unless told. */
  readonly device?: DeviceName;
  /** Whether settings that are left out are as the base recommends (its `lamp.json`); true unless told. */
  readonly useRecommended?: boolean;
}

/** What to edit and how, and who draws. */
export interface PrepareEditOptions extends EditVideoOptions {
  /** Another model, which draws the clip's first frame anew in place of the base model. */
  readonly firstFrameBase?: FirstFrameBase | undefined;
}

/** An edit that is known to be possible. */
export interface PreparedEdit extends EditMotion {
  readonly base: BaseModel;
  readonly device: DeviceName;
  readonly paths: EditPaths;
  readonly clip: TrainingClip;
  readonly size: PictureSize;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly firstFrame: Picture | undefined;
  readonly firstFrameBase: FirstFrameBase | undefined;
  readonly drawing: DrawSettings;
  readonly strength: number;
  readonly sampling: VideoSettings;
  readonly inversionSteps: number;
  readonly seed: number;
  /** The rate at which the frames play. */
  readonly framesPerSecond: number;
}

/**
 * Checks all that can be checked without long work, and writes nothing. Throws `UsageError` for a setting that makes
 * no sense, `DeviceError`, `CheckpointError` (base model, motion), `MediaError` (clip), `StorageError` (the folder).
 */
export async function prepareEdit(options: PrepareEditOptions): Promise<PreparedEdit> {
  const { prompt, negativePrompt = '', strength = redrawStrength, seed = 0, device = 'cpu' } = options;
  await checkDevice(device);
  assertStrength(strength);
  const paths = editPaths(resolve(options.run));
  await assertEditFolder(paths.folder);
  const base = await openBaseModel(resolve(options.base ?? builtInBase()), options);
  assertMotionBase(base);
  const motion = await editMotion(base, paths, options);
  const { size, clip } = motion;
  assertPictureSize(base.vae.config, size);
  assertComplete(base, size);
  const firstFrameBase = options.firstFrame ? undefined : options.firstFrameBase;
  if (firstFrameBase) checkFirstFrameBase(firstFrameBase, size);

  const { useRecommended = true } = options;
  const sampling = resolveVideoSettings(
    options.sampling ?? {},
    useRecommended ? recommendedVideoSettings(base.settings) : {},
  );
  const drawing = resolveDrawSettings(
    { prompt, negativePrompt, ...options.drawing },
    useRecommended ? recommendedSampling((firstFrameBase?.base ?? base).settings) : {},
  );
  const inversionSteps =
    options.inversionSteps ?? (sampling.sampler === 'ddim' ? sampling.samplerSteps : DDIM_STEPS);
  if ('motion' in motion.source) {
    const shape = { ...size, frames: motion.frames };
    await tellFarSize({ base, size, device, flops: () => videoFlops(base, shape, sampling) }, options);
  }
  const schedule = await readNoiseSchedule(base.schedulerConfig);
  samplerFor(schedule, sampling, randomStream(seed));
  if (!options.firstFrame) samplerFor(schedule, drawing, randomStream(seed));
  ddimInverter(schedule, { steps: inversionSteps });
  if (prompt.trim() === '') throw new UsageError('an edit needs a prompt: what the new video shows.');
  return {
    ...motion,
    base,
    device,
    paths,
    prompt,
    negativePrompt,
    firstFrame: options.firstFrame,
    firstFrameBase,
    drawing,
    strength,
    sampling,
    inversionSteps,
    seed,
    framesPerSecond: trainingRate([clip], { ...motion, clipRange: 'whole', window: 'start' }),
  };
}

/** The paper's. */
const DDIM_STEPS = 50;
