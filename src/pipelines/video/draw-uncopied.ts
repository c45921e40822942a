/**
 * @file Regions that a motion did not copy from the first frame, redrawn by the image model. A video that is finished
 * early (`finishingAt`) is sharp where it was copied (see `withCopiedFirstFrame`) and blurred elsewhere, since the
 * prediction there is a mean over everything possible. The image model picks one possibility: each frame is noised a
 * little and denoised again (SDEdit, arXiv 2108.01073), while copied regions are restored at every step, as in blended
 * diffusion (Avrahami et al. 2022, arXiv 2111.14818).
 */
import { addNoise, type NoiseSchedule } from '../../diffusion/noise-schedule.ts';
import type { Sampler } from '../../diffusion/sampler.ts';
import { type FloatTensor, floats, type Shape, sizeOf } from '../../graph/host-tensor.ts';
import { frameOf, fromFrames, withFirstFrame } from '../../motion/frames.ts';
import type { VideoPredictor } from '../../motion/predictor.ts';
import { type DenoiseOptions, type FrameDetails, guidedPrediction, twice } from '../draw/denoise.ts';

/** Options of {@link drawUncopied}. */
export interface DrawUncopiedOptions {
  readonly schedule: NoiseSchedule;
  /** The sampler, of which only the steps below `details.below` are taken. It must not depend on earlier steps. */
  readonly sampler: Sampler;
  /** Latents of the finished video `[1, c, f, h, w]`. */
  readonly video: FloatTensor;
  /** Whether its first frame was given and stays unchanged. */
  readonly given: boolean;
  /** The motion's predictor and its last timestep, asked what was copied. If it cannot tell, nothing was. */
  readonly motion: Pick<DenoiseOptions, 'context' | 'guidance'> & {
    readonly predictor: Pick<VideoPredictor, 'extra'>;
    readonly timestep: number;
  };
  /** Unit Gaussian noise of the video's shape. */
  readonly noise: FloatTensor;
  readonly details: FrameDetails;
  /** Called after every step; `latents` gives the video's at that moment. May throw to stop. */
  readonly onStep?:
    | ((index: number, steps: number, latents: () => FloatTensor) => void | Promise<void>)
    | undefined;
}

/** From this uncopied share on, a pixel is the image model's alone; below it the two are blended. */
const WHOLLY_DRAWN = 0.25;
/** Frames in which the image model's share nowhere exceeds this are left unchanged. */
const NOTHING = 0.1;

/**
 * The video with its uncopied regions redrawn by the image model. A given first frame, and frames that were copied
 * entirely, stay unchanged. It has a loop of its own since single frames are drawn, and blended after every step.
 */
export async function drawUncopied(options: DrawUncopiedOptions): Promise<FloatTensor> {
  const { schedule, sampler, video, details, onStep } = options;
  const steps = sampler.timesteps.flatMap((timestep, index) => (timestep < details.below ? [index] : []));
  if (steps.length === 0) return video;
  const parts = drawnParts(await copiedOf(options), video.shape);
  const frames = Array.from({ length: video.shape[2]! }, (_, f) => frameOf(video, f));
  const drawn = frames.flatMap((_, f) =>
    !(options.given && f === 0) && parts[f]!.some((part) => part > NOTHING) ? [f] : [],
  );
  if (drawn.length === 0) return video;

  const predictor = await details.predictor();
  const noisedFrame = (f: number, timestep: number | undefined) =>
    timestep === undefined
      ? frames[f]!
      : addNoise(schedule, frames[f]!, frameOf(options.noise, f), [timestep]);
  const found = new Map(drawn.map((f) => [f, noisedFrame(f, sampler.timesteps[steps[0]!])]));
  const current = () => fromFrames(frames.map((frame, f) => found.get(f) ?? frame));
  for (const [i, index] of steps.entries()) {
    for (const f of drawn) {
      const latents = found.get(f)!;
      const output = await guidedPrediction({ ...details, predictor }, latents, sampler.timesteps[index]!);
      const next = sampler.step(output, index, latents.data);
      found.set(f, blended(next, noisedFrame(f, sampler.timesteps[index + 1]), parts[f]!));
    }
    await onStep?.(i, steps.length, current);
  }
  return current();
}

/** The copied share of each pixel `[1, 1, f, h, w]`, found by one more prediction on the noised video. */
async function copiedOf({
  schedule,
  video,
  given,
  noise,
  motion: { predictor, timestep, context, guidance },
}: DrawUncopiedOptions): Promise<FloatTensor | undefined> {
  const { copied } = predictor.extra;
  if (!copied) return undefined;
  const noised = addNoise(schedule, video, noise, [timestep]);
  const seen = given ? withFirstFrame(noised, video) : noised;
  if (guidance <= 1) return copied(seen, [timestep], context);
  const both = await copied(twice(seen), [timestep, timestep], context);
  return floats(both.data.slice(both.data.length / 2), [1, ...both.shape.slice(1)]);
}

/** For each frame of a video `[1, c, f, h, w]`, the image model's share in each pixel: `h·w` numbers from 0 to 1. */
function drawnParts(found: FloatTensor | undefined, shape: Shape): Float32Array[] {
  const pixels = sizeOf(shape.slice(3));
  const copied = found?.data ?? new Float32Array(shape[2]! * pixels);
  const parts = copied.map((share) => Math.max(0, Math.min(1, (1 - share) / WHOLLY_DRAWN)));
  return Array.from({ length: shape[2]! }, (_, f) => parts.subarray(f * pixels, (f + 1) * pixels));
}

/** Blends `drawn` over `kept` with these weights. */
function blended(drawn: Float32Array, kept: FloatTensor, parts: Float32Array): FloatTensor {
  const data = drawn.map((value, i) => {
    const part = parts[i % parts.length]!;
    return part * value + (1 - part) * kept.data[i]!;
  });
  return floats(data, kept.shape);
}
