/**
 * @file DDIM inversion of a clip (Song et al. 2020, arXiv 2010.02502): the noise from which sampling would reproduce
 * it. LAMP's video editing starts from this noise, which keeps the clip's motion and layout.
 */

import { type DdimInversionOptions, ddimInverter } from '../../diffusion/ddim.ts';
import { type NoiseSchedule, readNoiseSchedule } from '../../diffusion/noise-schedule.ts';
import { randomStream } from '../../diffusion/random.ts';
import type { WorkOptions } from '../../events.ts';
import type { FloatTensor } from '../../graph/host-tensor.ts';
import type { TimedClip } from '../../media/clip-window.ts';
import type { BaseModel } from '../../models/base-model.ts';
import { fromFrames } from '../../motion/frames.ts';
import type { TrainedMotion } from '../../motion/trained-motion.ts';
import type { DeviceName } from '../../runtime/devices.ts';
import type { MemoryChoice } from '../../runtime/memory-mode.ts';
import { type DenoiseOptions, denoisePicture } from '../draw/denoise.ts';
import { promptEncoder } from '../draw/kept-programs.ts';
import { betweenSteps } from '../draw/sampling-settings.ts';
import { encodeFirstFrame } from '../video/encode-first-frame.ts';
import type { StoredInversion } from '../video/stored-settings.ts';
import { type VideoNetworks, videoNetworks } from '../video/video-networks.ts';
import type { VideoSettings } from '../video/video-settings.ts';
import { type EditedFrames, editedFrames } from './edited-frames.ts';

/** A clip's inverted latents. */
export interface InvertedClip {
  /** `[1, c, f, h, w]`. */
  readonly latents: FloatTensor;
  /** The clip and how it was inverted; stored with videos made from it. */
  readonly origin: StoredInversion;
}

/** Options of {@link invertVideo}. */
export interface InvertVideoOptions
  extends Pick<DenoiseOptions, 'predictor' | 'context' | 'onStep'>,
    DdimInversionOptions {
  readonly schedule: NoiseSchedule;
  /** Clean latents of the clip `[1, c, f, h, w]`, scaled for the U-Net. */
  readonly latents: FloatTensor;
}

/**
 * Inverts a clip's latents step by step up to noise, treating all frames alike and without guidance. `context` holds
 * the text states of the empty prompt. Throws `UsageError` if the number of steps is out of range.
 */
export function invertVideo(options: InvertVideoOptions): Promise<FloatTensor> {
  const { schedule, steps, reading, latents, ...rest } = options;
  const sampler = ddimInverter(schedule, { steps, ...(reading && { reading }) });
  return denoisePicture({ ...rest, sampler, noise: latents, guidance: 1 });
}

/** Options of {@link invertClip}. */
export interface InvertClipOptions extends WorkOptions, EditedFrames {
  readonly base: BaseModel;
  /** A motion trained on the clip. */
  readonly motion: TrainedMotion;
  readonly device: DeviceName;
  /** How much memory the networks may take; default `auto`. */
  readonly memory?: MemoryChoice | undefined;
  readonly clip: TimedClip & { readonly fingerprint: string };
  readonly steps: number;
  /** Encode frames as the mean of the VAE's posterior, or as a sample of it. */
  readonly posterior: VideoSettings['firstFramePosterior'];
  readonly seed: number;
}

/**
 * Inverts the first `frames` frames of a clip at the given stride. Throws `MediaError` if the clip is damaged or too
 * short, `UsageError` if the number of steps is out of range, `InterruptedError` when stopped by the signal.
 */
export async function invertClip(options: InvertClipOptions): Promise<InvertedClip> {
  const { base, motion, frames, size, steps, device, memory } = options;
  const schedule = await readNoiseSchedule(base.schedulerConfig);
  const networks = videoNetworks(base, () => motion, { frames, size, schedule, device, memory });
  try {
    const latents = await encodeClip(networks, options);
    await networks.keepOnly(networks.video.unguided);
    const context = await promptEncoder(base, device, memory).encode([''], options);
    const predictor = await networks.video.unguided.get(options);
    await betweenSteps(options, 'inverting', 0, steps);
    const onStep = (index: number) => betweenSteps(options, 'inverting', index + 1, steps);
    const inverted = await invertVideo({ predictor, schedule, context, latents, steps, onStep });
    return { latents: inverted, origin: originOf(options) };
  } finally {
    await networks.dispose();
  }
}

/** The record of the inversion that is stored with videos made from it. */
export function originOf({ clip, clipFps, stride, fit, steps }: InvertClipOptions): StoredInversion {
  return { clip: clip.fingerprint, ...(clipFps !== 'frames' && { clipFps }), stride, fit, steps };
}

/** Encodes the clip to latents `[1, c, f, h, w]`. */
async function encodeClip(networks: VideoNetworks, options: InvertClipOptions): Promise<FloatTensor> {
  const { base, clip, frames, size, fit, posterior, seed } = options;
  const pictures = await editedFrames(clip, options);
  const encoder = await networks.encoder.get(options);
  const encoding = { firstFrameFit: fit, firstFramePosterior: posterior };
  const { scaling_factor: scale } = base.vae.config;
  const latents: FloatTensor[] = [];
  await betweenSteps(options, 'encoding clips', 0, frames);
  for (const [f, picture] of pictures.entries()) {
    const noise = randomStream(seed, 'inversion', 'posterior', f);
    latents.push(await encodeFirstFrame(encoder, picture, size, encoding, noise, scale));
    await betweenSteps(options, 'encoding clips', f + 1, frames);
  }
  return fromFrames(latents);
}
