/** @file Training batches: latents of randomly drawn clips, noised at random timesteps. */
import type { NoiseSchedule } from '../../diffusion/noise-schedule.ts';
import { type FloatTensor, floats, sizeOf } from '../../graph/host-tensor.ts';
import { sampleLatents } from '../../models/programs.ts';
import { type ExtraValues, extraValues } from '../../motion/extended/extension.ts';
import { fromFrames } from '../../motion/frames.ts';
import type { MotionVariant } from '../../motion/variant.ts';
import { type Draw, type DrawPlan, drawNoise, drawSample } from './draws.ts';
import type { LatentCache } from './latent-cache.ts';
import { noisedVideos } from './noising.ts';
import type { View } from './view.ts';

/** A batch of a training step; see `LossInputs`. */
export interface MotionBatch {
  readonly noisy: FloatTensor;
  readonly target: FloatTensor;
  readonly timesteps: readonly number[];
  readonly context: FloatTensor;
  /** What the variant's extensions need (see `extraInputs`); nothing for LAMP. */
  readonly extra?: ExtraValues;
  /** Weight of each video's loss; default 1. */
  readonly weight?: Float32Array;
}

/** Source of batches. */
export interface BatchSource {
  readonly plan: DrawPlan;
  readonly latents: LatentCache;
  readonly schedule: NoiseSchedule;
  /** Factor that scales the VAE's latents for the U-Net. */
  readonly scalingFactor: number;
  /** Text states `[1, tokens, d]` of a clip in a view. */
  readonly textOf: (clip: number, view: View) => FloatTensor;
  readonly variant: MotionVariant;
}

/** A video of a batch: what it shows, its timestep, and where its random numbers come from. */
export interface PlannedVideo extends Draw {
  /** `count` standard normals, the same at every call. */
  readonly normals: (purpose: 'noise' | 'posterior', count: number) => Float32Array;
}

/** Batch `index`, counted from 0, of `size` videos. */
export function makeBatch(source: BatchSource, index: number, size: number): Promise<MotionBatch> {
  const samples = Array.from({ length: size }, (_, i) => index * size + i);
  const videos = samples.map((sample): PlannedVideo => {
    const normals: PlannedVideo['normals'] = (purpose, count) =>
      drawNoise(source.plan.seed, purpose, sample, count);
    return { ...drawSample(source.plan, sample), normals };
  });
  return batchOf(source, videos);
}

/** The batch of these videos. */
export async function batchOf(
  source: Omit<BatchSource, 'plan'>,
  videos: readonly PlannedVideo[],
): Promise<MotionBatch> {
  const timesteps = videos.map(({ timestep }) => timestep);
  const clean = stack(await Promise.all(videos.map((video) => cleanVideo(source, video))));
  const perVideo = sizeOf(clean.shape) / videos.length;
  const noise = stack(
    videos.map(({ normals }) => floats(normals('noise', perVideo), [1, ...clean.shape.slice(1)])),
  );
  const context = stack(videos.map(({ clip, view }) => source.textOf(clip, view)));
  return {
    ...noisedVideos(source.schedule, clean, noise, timesteps, source.variant),
    timesteps,
    context,
    extra: extraValues(source.variant, source.schedule, timesteps),
  };
}

/** Latents `[1, c, f, h, w]` of a video: drawn from the VAE's posterior, scaled for the U-Net. */
async function cleanVideo(
  { latents, scalingFactor }: Omit<BatchSource, 'plan'>,
  { clip, frames, view, normals }: PlannedVideo,
): Promise<FloatTensor> {
  const posteriors = await latents.read(clip, frames, view);
  const size = posteriors[0]!.mean.data.length;
  const noise = normals('posterior', size * frames.length);
  return fromFrames(
    posteriors.map((posterior, f) =>
      sampleLatents(posterior, noise.subarray(f * size, (f + 1) * size), scalingFactor),
    ),
  );
}

/** Concatenates tensors of the same shape `[1, …]` along the first dimension. */
function stack(tensors: readonly FloatTensor[]): FloatTensor {
  const [first] = tensors;
  if (tensors.length === 1) return first!;
  const data = new Float32Array(first!.data.length * tensors.length);
  for (const [i, tensor] of tensors.entries()) data.set(tensor.data, i * tensor.data.length);
  return floats(data, [tensors.length, ...first!.shape.slice(1)]);
}
