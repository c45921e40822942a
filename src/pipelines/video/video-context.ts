/** @file What every step of making a video works with: one base, one motion, one size, and their networks. */
import { type NoiseSchedule, readNoiseSchedule } from '../../diffusion/noise-schedule.ts';
import { UsageError } from '../../errors.ts';
import { type BaseModel, baseIdentity } from '../../models/base-model.ts';
import { assertPictureSize } from '../../models/picture-size.ts';
import type { PictureSize } from '../../models/programs.ts';
import { assertMotionBase } from '../../motion/file/motion-base.ts';
import type { TrainedMotion } from '../../motion/predictor.ts';
import type { DeviceName } from '../../runtime/devices.ts';
import type { DrawSettings } from '../draw/draw-picture.ts';
import { promptEncoder } from '../draw/kept-programs.ts';
import type { StoredSettings } from './stored-settings.ts';
import { type VideoNetworks, videoNetworks } from './video-networks.ts';
import type { VideoGeneratorOptions } from './video-request.ts';
import { recommendedSampling, recommendedVideoSettings, type VideoSettings } from './video-settings.ts';

/** See the file. */
export interface VideoContext {
  readonly base: BaseModel;
  readonly identity: StoredSettings['base'];
  /** The motion as it is now: one in training changes. Its variant does not. */
  readonly motion: () => TrainedMotion;
  readonly motionName: string | undefined;
  readonly motionParts: StoredSettings['motion']['parts'];
  /** Number of frames, the first included. */
  readonly frames: number;
  /** Pixels. */
  readonly size: PictureSize;
  readonly device: DeviceName;
  readonly schedule: NoiseSchedule;
  readonly prompts: ReturnType<typeof promptEncoder>;
  /** Compiled when they are first needed. */
  readonly networks: VideoNetworks;
  /** Whether settings that are left out are as a base recommends. */
  readonly useRecommended: boolean;
  /** What this base recommends; nothing where that is not wanted. */
  readonly recommended: {
    readonly video?: Partial<VideoSettings>;
    readonly image?: Partial<DrawSettings>;
  };
}

/** Checks what a generator is made for, and prepares it; nothing is compiled yet. Throws as `videoGenerator` does. */
export async function videoContext(
  base: BaseModel,
  motion: () => TrainedMotion,
  options: VideoGeneratorOptions,
): Promise<VideoContext> {
  const { frames, width, height, device = 'cpu', motionName, motionParts, useRecommended = true } = options;
  const size = { width, height };
  assertMotionBase(base);
  assertPictureSize(base.vae.config, size);
  if (!Number.isInteger(frames) || frames < 2) {
    throw new UsageError(`${frames} frames; a video needs a whole number of at least 2.`);
  }
  const schedule = await readNoiseSchedule(base.schedulerConfig);
  return {
    base,
    identity: await baseIdentity(base),
    motion,
    motionName,
    motionParts,
    frames,
    size,
    device,
    schedule,
    prompts: promptEncoder(base, device),
    networks: videoNetworks(base, motion, { frames, size, schedule, device }),
    useRecommended,
    recommended: useRecommended
      ? { video: recommendedVideoSettings(base.settings), image: recommendedSampling(base.settings) }
      : {},
  };
}
