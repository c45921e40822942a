/** @file The sampling loop: from noise to latents, with what LAMP adds for videos. */
import { guide } from '../../diffusion/guidance.ts';
import type { Sampler } from '../../diffusion/sampler.ts';
import { type FloatTensor, floats } from '../../graph/host-tensor.ts';
import type { NoisePredictor, TextStates } from '../../models/programs.ts';
import { type AdainScope, alignFrames } from '../../motion/adain.ts';
import { frameOf, fromFrames, withFirstFrame } from '../../motion/frames.ts';

/** What both loops need. */
export interface DenoiseOptions {
  /** Compiled for a batch of 2 when `guidance` is more than 1, else for 1. */
  readonly predictor: NoisePredictor;
  readonly sampler: Sampler;
  /** Text states: without and with the prompt `[2, tokens, d]`, or `[1, tokens, d]` without guidance. */
  readonly context: TextStates;
  /** Classifier-free guidance (Ho & Salimans 2022); 1 and less: none. */
  readonly guidance: number;
  /** What to start from, `[1, c, …]`: noise, or latents with the noise of the first step's timestep. */
  readonly noise: FloatTensor;
  /** The first step to be taken, counted from 0; 0 unless told. */
  readonly firstStep?: number | undefined;
  /** Called after every step with the latents as they are then. May throw to stop. */
  readonly onStep?: ((index: number, latents: FloatTensor) => void | Promise<void>) | undefined;
}

/** Draws a picture's latents `[1, c, h, w]`. */
export function denoisePicture(options: DenoiseOptions): Promise<FloatTensor> {
  return denoise(options, {
    predict: (latents, timestep) => guidedPrediction(options, latents, timestep),
    settle: (latents) => latents,
  });
}

/** The loop: from each timestep to the next, as the sampler says. */
async function denoise(
  {
    sampler,
    noise,
    firstStep = 0,
    onStep,
  }: Pick<DenoiseOptions, 'sampler' | 'noise' | 'firstStep' | 'onStep'>,
  {
    predict,
    settle,
  }: {
    readonly predict: (latents: FloatTensor, timestep: number) => Promise<Float32Array>;
    /** What becomes of the latents after a step. */
    readonly settle: (latents: FloatTensor, index: number) => FloatTensor;
  },
): Promise<FloatTensor> {
  let latents = noise;
  for (const [index, timestep] of sampler.timesteps.entries()) {
    if (index < firstStep) continue;
    const output = await predict(latents, timestep);
    latents = settle(floats(sampler.step(output, index, latents.data), latents.shape), index);
    await onStep?.(index, latents);
  }
  return latents;
}

/** What LAMP adds. */
export interface DenoiseVideoOptions extends Omit<DenoiseOptions, 'firstStep'> {
  /** Clean latents of the given first frame `[1, c, 1, h, w]`; `undefined`: frame 0 is drawn like the others. */
  readonly firstFrame: FloatTensor | undefined;
  /**
   * Index of the first step after which the second frame takes the first's statistics (31 of 50 in the paper); the
   * later frames take the second's after every step. `undefined`: no alignment of statistics at all.
   */
  readonly alignFrom: number | undefined;
  /** Who draws the details; unless told the video model does, as in the paper. */
  readonly details?: FrameDetails | undefined;
}

/** The image model as the one that draws the details, each frame by itself. */
export interface FrameDetails {
  /** Timesteps below this one are its own. */
  readonly below: number;
  /** For pictures `[1, c, h, w]`, twice as many with guidance. Asked for when the first such step has come. */
  readonly predictor: () => Promise<NoisePredictor>;
  /** As in `DenoiseOptions`, for these steps. */
  readonly guidance: number;
  readonly context: TextStates;
}

/** Draws a video's latents `[1, c, f, h, w]` around a given first frame, which stays as it is (LAMP, Sec. 3.4). */
export async function denoiseVideo(options: DenoiseVideoOptions): Promise<FloatTensor> {
  const { firstFrame, alignFrom, details } = options;
  const withGiven = (latents: FloatTensor) => (firstFrame ? withFirstFrame(latents, firstFrame) : latents);
  const aligned = (latents: FloatTensor, to: AdainScope) =>
    alignFrom === undefined ? latents : alignFrames(latents, to);
  const latents = await denoise(
    { ...options, noise: withGiven(options.noise) },
    {
      predict: async (latents, timestep) =>
        details && timestep < details.below
          ? frameByFrame({ ...options, ...details, predictor: await details.predictor() }, latents, timestep)
          : guidedPrediction(options, latents, timestep),
      settle: (latents, index) =>
        aligned(withGiven(latents), index >= (alignFrom ?? 0) ? 'first-and-second' : 'second'),
    },
  );
  return aligned(latents, 'first');
}

/** The step from which the second frame is aligned with the first: the paper's 31 of 50, in proportion. */
export function alignmentStart(steps: number): number {
  return Math.round((31 / 50) * steps);
}

/** What the image model makes of each frame of `[1, c, f, h, w]`; nothing of a first frame that is given. */
async function frameByFrame(
  options: DenoiseVideoOptions,
  latents: FloatTensor,
  timestep: number,
): Promise<Float32Array> {
  const outputs: FloatTensor[] = [];
  for (let frame = 0; frame < latents.shape[2]!; frame++) {
    const picture = frameOf(latents, frame);
    const known = frame === 0 && options.firstFrame;
    const output = known
      ? new Float32Array(picture.data.length)
      : await guidedPrediction(options, picture, timestep);
    outputs.push(floats(output, picture.shape));
  }
  return fromFrames(outputs).data;
}

/** The prediction for one picture or video `[1, c, …]`, guided where `guidance` is more than 1. */
export async function guidedPrediction(
  { predictor, context, guidance }: Pick<DenoiseOptions, 'predictor' | 'context' | 'guidance'>,
  latents: FloatTensor,
  timestep: number,
): Promise<Float32Array> {
  if (guidance <= 1) return (await predictor.predict(latents, [timestep], context)).data;
  const size = latents.data.length;
  const both = await predictor.predict(twice(latents), [timestep, timestep], context);
  return guide(both.data.subarray(0, size), both.data.subarray(size), guidance);
}

/** A batch of two that are the same `[1, …]`: without and with the prompt. */
export function twice({ data, shape }: FloatTensor): FloatTensor {
  const both = new Float32Array(2 * data.length);
  both.set(data);
  both.set(data, data.length);
  return floats(both, [2, ...shape.slice(1)]);
}
