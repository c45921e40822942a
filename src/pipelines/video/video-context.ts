/** @file The context shared by all steps of making a video: one base, one motion, one size, and their networks. */

import { assertSetting } from '../../check-options.ts';
import { type NoiseSchedule, readNoiseSchedule } from '../../diffusion/noise-schedule.ts';
import { shapeSettings } from '../../media/shape-settings.ts';
import type { Size } from '../../media/size.ts';
import { type BaseModel, baseIdentity } from '../../models/base-model.ts';
import { assertPictureSize } from '../../models/picture-size.ts';
import { assertMotionBase } from '../../motion/file/motion-base.ts';
import type { TrainedMotion } from '../../motion/trained-motion.ts';
import type { DeviceName } from '../../runtime/devices.ts';
import type { MemoryChoice } from '../../runtime/memory-mode.ts';
import { runningDefaults } from '../../runtime/running-settings.ts';
import type { DrawSettings } from '../draw/draw-picture.ts';
import { promptEncoder } from '../draw/kept-programs.ts';
import { recommendedSampling } from '../draw/sampling-settings.ts';
import type { StoredSettings } from './stored-settings.ts';
import { type VideoNetworks, videoNetworks } from './video-networks.ts';
import type { VideoGeneratorOptions } from './video-request.ts';
import { recommendedVideoSettings, type VideoSettings } from './video-settings.ts';

/** The context of a video generator. */
export interface VideoContext {
  readonly base: BaseModel;
  readonly identity: StoredSettings['base'];
  /** Returns the current motion. During training its values change, its variant does not. */
  readonly motion: () => TrainedMotion;
  readonly motionName: string | undefined;
  readonly motionParts: StoredSettings['motion']['parts'];
  /** Number of frames, the first included. */
  readonly frames: number;
  /** Size in pixels. */
  readonly size: Size;
  readonly device: DeviceName;
  readonly memory: MemoryChoice;
  readonly schedule: NoiseSchedule;
  readonly prompts: ReturnType<typeof promptEncoder>;
  /** Networks, compiled on first use. */
  readonly networks: VideoNetworks;
  /** Whether omitted settings are those that a base recommends. */
  readonly useRecommended: boolean;
  readonly recommended: Recommendations;
}

/** What a base recommends; empty if that is not used. */
export interface Recommendations {
  readonly video?: Partial<VideoSettings>;
  readonly image?: Partial<DrawSettings>;
}

/** The recommendations of a base, or none. Throws `CheckpointError` for invalid ones. */
export function recommendationsOf(base: BaseModel, useRecommended: boolean): Recommendations {
  if (!useRecommended) return {};
  return { video: recommendedVideoSettings(base.settings), image: recommendedSampling(base.settings) };
}

/**
 * Checks the options of a generator and prepares its context; compiles nothing yet. Throws as `videoGenerator` does.
 */
export async function videoContext(
  base: BaseModel,
  motion: () => TrainedMotion,
  options: VideoGeneratorOptions,
): Promise<VideoContext> {
  const {
    frames,
    width,
    height,
    device = runningDefaults.device,
    memory = runningDefaults.memory,
    motionName,
    motionParts,
    useRecommended = true,
  } = options;
  const size = { width, height };
  assertMotionBase(base);
  assertPictureSize(base.vae.config, size);
  assertSetting('frames', shapeSettings.frames.schema, frames);
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
    memory,
    schedule,
    prompts: promptEncoder(base, device, memory),
    networks: videoNetworks(base, motion, { frames, size, schedule, device, memory }),
    useRecommended,
    recommended: recommendationsOf(base, useRecommended),
  };
}
