/** @file The sampling loop: from noise to latents, with what LAMP adds for videos. */
import { cosineSimilarity, type GuidanceLimits, guide, isGuided } from '../../diffusion/guidance.ts';
import type { Sampler } from '../../diffusion/sampler.ts';
import { type FloatTensor, floats, sizeOf } from '../../graph/host-tensor.ts';
import type { NoisePredictor, TextStates } from '../../models/programs.ts';
import { type AdainScope, alignFrames } from '../../motion/adain.ts';
import { frameOf, fromFrames, withFirstFrame } from '../../motion/frames.ts';

/** Options common to pictures and videos. */
export interface DenoiseOptions {
  /** Takes a batch of 2 if `guidance` is above 1, else one of 1; with `limits`, both. */
  readonly predictor: Pick<NoisePredictor, 'predict'>;
  readonly sampler: Sampler;
  /**
   * Text states: negative prompt and prompt `[2, tokens, d]`, or the prompt alone `[1, tokens, d]` without guidance.
   */
  readonly context: TextStates;
  /** Scale of classifier-free guidance (Ho & Salimans 2022); 1 or less: no guidance. */
  readonly guidance: number;
  /** The steps that are guided; default all. */
  readonly limits?: GuidanceLimits | undefined;
  /** Starting point `[1, c, …]`: unit noise, or latents noised to the first step's timestep. */
  readonly noise: FloatTensor;
  /** Index of the first step; default 0. */
  readonly firstStep?: number | undefined;
  /** Called after every step with the current latents, and what they were computed from. May throw to stop. */
  readonly onStep?:
    | ((index: number, latents: FloatTensor, taken: StepTaken) => void | Promise<void>)
    | undefined;
}

/** A step: the network's (guided) output for a sample at a timestep. */
export interface StepTaken {
  readonly output: Float32Array;
  /** The latents before the step. */
  readonly sample: FloatTensor;
  readonly timestep: number;
}

/** Samples the latents `[1, c, h, w]` of a picture. */
export function denoisePicture(options: DenoiseOptions): Promise<FloatTensor> {
  return denoise(options, { predict: limitedGuidance(options) });
}

/** The sampling loop, for latents of any shape. */
export async function denoise(
  {
    sampler,
    noise,
    firstStep = 0,
    onStep,
  }: Pick<DenoiseOptions, 'sampler' | 'noise' | 'firstStep' | 'onStep'>,
  {
    predict,
    settle = (latents) => latents,
  }: {
    readonly predict: (latents: FloatTensor, timestep: number) => Promise<Float32Array>;
    /** Applied to the latents after each step. */
    readonly settle?: (latents: FloatTensor, index: number) => FloatTensor;
  },
): Promise<FloatTensor> {
  let latents = noise;
  for (const [index, timestep] of sampler.timesteps.entries()) {
    if (index < firstStep) continue;
    const output = await predict(latents, timestep);
    const taken = { output, sample: latents, timestep };
    latents = settle(floats(sampler.step(output, index, latents.data), latents.shape), index);
    await onStep?.(index, latents, taken);
  }
  return latents;
}

/** Options that LAMP adds for videos. */
export interface DenoiseVideoOptions extends Omit<DenoiseOptions, 'firstStep'> {
  /** Clean latents of the given first frame `[1, c, 1, h, w]`; `undefined`: frame 0 is sampled like the others. */
  readonly firstFrame: FloatTensor | undefined;
  /**
   * Index of the first step after which frame 1 is given the statistics of frame 0 (31 of 50 in the paper). Later
   * frames are given those of frame 1 after every step. `undefined`: statistics are not aligned.
   */
  readonly alignFrom: number | undefined;
  /** The model for the last, least noisy steps; default the video model, as in the paper. */
  readonly details?: FrameDetails | undefined;
}

/** The image model for the last steps, applied to each frame on its own. */
export interface FrameDetails {
  /** Timesteps below this one use the image model. */
  readonly below: number;
  /** Predicts for pictures `[1, c, h, w]`, or a batch of 2 with guidance. Called at the first such step. */
  readonly predictor: () => Promise<NoisePredictor>;
  /** Guidance scale for these steps; see `DenoiseOptions`. */
  readonly guidance: number;
  readonly context: TextStates;
}

/** Samples a video's latents `[1, c, f, h, w]` with a given first frame, which stays unchanged (LAMP, Sec. 3.4). */
export async function denoiseVideo(options: DenoiseVideoOptions): Promise<FloatTensor> {
  const { firstFrame, alignFrom, details } = options;
  const withGiven = (latents: FloatTensor) => (firstFrame ? withFirstFrame(latents, firstFrame) : latents);
  const aligned = (latents: FloatTensor, to: AdainScope) =>
    alignFrom === undefined ? latents : alignFrames(latents, to);
  const [, , frames, ...picture] = options.noise.shape as [number, number, number, number, number];
  // What is predicted for a given first frame is not used.
  const isUsed = (index: number) => !firstFrame || Math.floor(index / sizeOf(picture)) % frames > 0;
  const predict = limitedGuidance(options, isUsed);
  const latents = await denoise(
    { ...options, noise: withGiven(options.noise) },
    {
      predict: async (latents, timestep) =>
        details && timestep < details.below
          ? frameByFrame({ ...options, ...details, predictor: await details.predictor() }, latents, timestep)
          : predict(latents, timestep),
      settle: (latents, index) =>
        aligned(withGiven(latents), index >= (alignFrom ?? 0) ? 'first-and-second' : 'second'),
    },
  );
  return aligned(latents, 'first');
}

/** The step from which frame 1 is aligned with frame 0: the paper's 31 of 50, scaled to the number of steps. */
export function alignmentStart(steps: number): number {
  return Math.round((31 / 50) * steps);
}

/** The image model's prediction for each frame of `[1, c, f, h, w]`; zeros for a given first frame. */
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

/**
 * Predictions for the steps of one sampling, in order: with guidance where its limits say so. `isUsed` tells which
 * elements of predictions are used and compared.
 */
function limitedGuidance(
  options: Pick<DenoiseOptions, 'predictor' | 'context' | 'guidance' | 'limits'>,
  isUsed?: (index: number) => boolean,
): (latents: FloatTensor, timestep: number) => Promise<Float32Array> {
  const { limits, context, guidance } = options;
  if (!limits) return (latents, timestep) => guidedPrediction(options, latents, timestep);
  const unguided = { ...options, guidance: 1, context: ofPrompt(context) };
  let isOver = false;
  return async (latents, timestep) => {
    if (isOver || !isGuided(limits, timestep)) return guidedPrediction(unguided, latents, timestep);
    const [without, withPrompt] = await bothPredictions(options, latents, timestep);
    isOver = limits.similarity < 1 && cosineSimilarity(without, withPrompt, isUsed) >= limits.similarity;
    return guide(without, withPrompt, guidance);
  };
}

/** The text states of the prompt alone `[1, tokens, d]`, from those of negative prompt and prompt. */
function ofPrompt({ pooled, ...states }: TextStates): TextStates {
  const last = ({ data, shape: [count, ...one] }: FloatTensor) =>
    floats(data.subarray((data.length / count!) * (count! - 1)), [1, ...one]);
  return { ...last(states), pooled: pooled && last(pooled) };
}

/** The prediction for one picture or video `[1, c, …]`, with classifier-free guidance if `guidance` is above 1. */
export async function guidedPrediction(
  { predictor, context, guidance }: Pick<DenoiseOptions, 'predictor' | 'context' | 'guidance'>,
  latents: FloatTensor,
  timestep: number,
): Promise<Float32Array> {
  if (guidance <= 1) return (await predictor.predict(latents, [timestep], context)).data;
  return guide(...(await bothPredictions({ predictor, context }, latents, timestep)), guidance);
}

/** The predictions for one picture or video without and with the prompt. */
async function bothPredictions(
  { predictor, context }: Pick<DenoiseOptions, 'predictor' | 'context'>,
  latents: FloatTensor,
  timestep: number,
): Promise<[Float32Array, Float32Array]> {
  const size = latents.data.length;
  const both = await predictor.predict(twice(latents), [timestep, timestep], context);
  return [both.data.subarray(0, size), both.data.subarray(size)];
}

/** Repeats a batch `[n, …]` to `[2n, …]`, for predictions without and with the prompt. */
export function twice({ data, shape }: FloatTensor): FloatTensor {
  const both = new Float32Array(2 * data.length);
  both.set(data);
  both.set(data, data.length);
  return floats(both, [2 * shape[0]!, ...shape.slice(1)]);
}
