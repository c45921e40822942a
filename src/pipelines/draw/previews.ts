/** @file Small previews of what is being sampled, for those who ask for them. */
import type { NoiseSchedule } from '../../diffusion/noise-schedule.ts';
import { predictClean } from '../../diffusion/sampler.ts';
import type { OnPreview, Stage, WorkOptions } from '../../events.ts';
import { type FloatTensor, floats } from '../../graph/host-tensor.ts';
import type { BaseModel } from '../../models/base-model.ts';
import { type LatentColours, latentColours, latentPicture } from '../../models/latent-colours.ts';
import { frameOf, withFirstFrame } from '../../motion/frames.ts';
import type { StepTaken } from './denoise.ts';

/** Shortest time between two previews, in milliseconds. */
const PREVIEW_EVERY = 1000;

/** When each listener was last called, in milliseconds of a monotonic clock. */
const lastCalls = new WeakMap<OnPreview, number>();

/** Where the sampling is. */
export interface PreviewedStep {
  readonly stage: Stage;
  readonly done: number;
  readonly total: number;
}

/** Calls `onPreview`, at most once a second. */
export interface Previews {
  /** `latents` gives those to show, `[1, c, h, w]` or `[1, c, f, h, w]`; it is called only if a preview is due. */
  show(step: PreviewedStep, latents: () => FloatTensor): void;
}

/** The previews for a base's latents; `undefined` if nobody asks for them. See `latentColours` for what it throws. */
export async function previewsFor(
  { vae }: Pick<BaseModel, 'vae'>,
  { onPreview }: WorkOptions,
  now: () => number = () => performance.now(),
): Promise<Previews | undefined> {
  if (!onPreview) return undefined;
  const colours = await latentColours(vae);
  return {
    show(step, latents) {
      if (now() - (lastCalls.get(onPreview) ?? Number.NEGATIVE_INFINITY) < PREVIEW_EVERY) return;
      lastCalls.set(onPreview, now());
      onPreview({ ...step, frames: framesOf(colours, latents()) });
    },
  };
}

function framesOf(colours: LatentColours, latents: FloatTensor) {
  if (latents.shape.length < 5) return [latentPicture(colours, latents)];
  return Array.from({ length: latents.shape[2]! }, (_, f) => latentPicture(colours, frameOf(latents, f)));
}

/**
 * The clean latents that a step's prediction implies: what the result would be if it were right. `firstFrame`
 * `[1, c, 1, h, w]` is known.
 */
export function predictedLatents(
  schedule: NoiseSchedule,
  { output, sample, timestep }: StepTaken,
  firstFrame?: FloatTensor | undefined,
): FloatTensor {
  const clean = floats(predictClean(schedule, output, sample.data, timestep), sample.shape);
  return firstFrame ? withFirstFrame(clean, firstFrame) : clean;
}
