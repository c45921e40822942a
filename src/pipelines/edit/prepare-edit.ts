/** @file Checks that a clip can be edited as requested, before anything is written or computed at length. */

import { resolve } from 'node:path';
import { ddimInverter } from '../../diffusion/ddim.ts';
import { readNoiseSchedule } from '../../diffusion/noise-schedule.ts';
import { randomStream } from '../../diffusion/random.ts';
import { assertStrength } from '../../diffusion/sdedit.ts';
import type { Picture } from '../../media/picture.ts';
import type { Size } from '../../media/size.ts';
import { type BaseModel, openBaseModel } from '../../models/base-model.ts';
import { builtInBase } from '../../models/built-in-base.ts';
import { assertPictureSize } from '../../models/picture-size.ts';
import { inPrecision } from '../../models/precision.ts';
import { assertMotionBase } from '../../motion/file/motion-base.ts';
import { concerning } from '../../renamed-setting.ts';
import { checkDevice, type DeviceName } from '../../runtime/devices.ts';
import type { MemoryChoice } from '../../runtime/memory-mode.ts';
import { runningSettings } from '../../runtime/running-settings.ts';
import { pick, withDefaults } from '../../settings.ts';
import { assertComplete } from '../../training/complete-base.ts';
import { trainingRate } from '../../training/data/clip-set.ts';
import type { TrainingClip } from '../../training/data/training-clip.ts';
import { type DrawSettings, resolveDrawSettings } from '../draw/draw-picture.ts';
import { tellFarSize, videoFlops } from '../draw/far-size.ts';
import { recommendedSampling, samplerFor } from '../draw/sampling-settings.ts';
import { checkFirstFrameBase, type FirstFrameBase } from '../video/drawn-first-frame.ts';
import {
  recommendedVideoSettings,
  resolveVideoSettings,
  type VideoSettings,
} from '../video/video-settings.ts';
import { assertEditFolder, type EditPaths, editPaths } from './edit-folder.ts';
import { type EditMotion, editMotion } from './edit-motion.ts';
import type { EditRequest } from './edit-request.ts';
import { DDIM_STEPS, editSettings } from './edit-settings.ts';

/** An edit that has passed all checks. */
export interface PreparedEdit extends EditMotion {
  readonly base: BaseModel;
  readonly device: DeviceName;
  readonly memory: MemoryChoice;
  readonly paths: EditPaths;
  readonly clip: TrainingClip;
  readonly size: Size;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly firstFrame: Picture | undefined;
  readonly firstFrameBase: FirstFrameBase | undefined;
  readonly drawing: DrawSettings;
  readonly strength: number;
  readonly sampling: VideoSettings;
  readonly inversionSteps: number;
  readonly seed: number;
  /** Frame rate of the edited video. */
  readonly framesPerSecond: number;
}

/**
 * Checks everything that can be checked without long work, and writes nothing. Throws `UsageError` for an invalid
 * setting, `DeviceError`, `CheckpointError` (base model, motion), `MediaError` (clip), `StorageError` (the folder).
 */
export async function prepareEdit(options: EditRequest): Promise<PreparedEdit> {
  const settings = {
    ...pick(runningSettings, ['device', 'memory', 'precision']),
    ...pick(editSettings, ['strength', 'seed']),
  };
  const {
    prompt,
    negativePrompt = '',
    strength,
    seed,
    device,
    memory,
    precision,
  } = withDefaults(settings, options);
  await checkDevice(device);
  assertStrength(strength);
  const paths = editPaths(resolve(options.run));
  await assertEditFolder(paths.folder);
  const opened = await concerning('base', () =>
    openBaseModel(resolve(options.base ?? builtInBase()), options),
  );
  const base = await inPrecision(opened, precision, device);
  assertMotionBase(base);
  const motion = await editMotion(base, paths, options);
  const { size, clip } = motion;
  assertPictureSize(base.vae.config, size);
  assertComplete(base, size);
  const firstFrameBase = options.firstFrame ? undefined : options.firstFrameBase;
  if (firstFrameBase) {
    await concerning('firstFrameBase', async () => checkFirstFrameBase(firstFrameBase, size));
  }

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
  if (!options.firstFrame) samplerFor(schedule, drawing, randomStream(seed), 'drawing.');
  ddimInverter(schedule, { steps: inversionSteps });
  return {
    ...motion,
    base,
    device,
    memory,
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
