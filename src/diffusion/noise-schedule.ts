/**
 * @file The noise schedule of a diffusion model: the share of the clean latent that remains at each of its (usually
 * 1000) training timesteps. Read from a diffusers `scheduler_config.json`. Ho et al. 2020, arXiv 2006.11239.
 */

import { z } from 'zod';
import { checkJson, readJsonFile } from '../checkpoints/json-file.ts';
import { CheckpointError } from '../errors.ts';
import { type FloatTensor, floats, sameShape } from '../graph/host-tensor.ts';

/** What the network predicts: the noise ε, the velocity √ᾱ·ε − √(1−ᾱ)·x₀ (arXiv 2202.00512), or the clean x₀ itself. */
export type PredictionType = 'epsilon' | 'v_prediction' | 'sample';

/** A schedule with everything that samplers and training need from a model's configuration. */
export interface NoiseSchedule {
  /** β of each training timestep, in the 32-bit precision used to train the models. */
  readonly betas: Float32Array;
  /** ᾱ, the running product of 1 − β: the clean latent's share of the variance. Falls from nearly 1 to nearly 0. */
  readonly alphasCumprod: Float32Array;
  /** ᾱ after the last sampling step: 1, or ᾱ of timestep 0 with `set_alpha_to_one: false`. */
  readonly finalAlphaCumprod: number;
  readonly predictionType: PredictionType;
  /** Offset added to each of a sampler's timesteps. */
  readonly stepsOffset: number;
  /** Whether samplers clamp the predicted clean latent to [-1, 1]; false for Stable Diffusion. */
  readonly clipSample: boolean;
}

const configSchema = z.object({
  num_train_timesteps: z.int().min(1).max(100_000).nullish(),
  beta_start: z.number().positive().max(1).default(0.0001),
  beta_end: z.number().positive().max(1).default(0.02),
  beta_schedule: z.enum(['linear', 'scaled_linear', 'squaredcos_cap_v2']).default('linear'),
  trained_betas: z.array(z.number().positive().max(1)).min(1).nullish(),
  prediction_type: z.enum(['epsilon', 'v_prediction', 'sample']).default('epsilon'),
  set_alpha_to_one: z.boolean().default(true),
  // Where old files lack these fields, diffusers' Stable Diffusion pipelines use 1 and false.
  steps_offset: z.int().nonnegative().default(1),
  clip_sample: z.boolean().default(false),
  rescale_betas_zero_snr: z.literal(false).nullish(),
  thresholding: z.literal(false).nullish(),
});

type ScheduleConfig = z.infer<typeof configSchema>;

/**
 * The schedule described by the contents of a `scheduler_config.json`, for any scheduler class: the fields are the
 * same. Absent fields take diffusers' defaults. Throws `CheckpointError` for unknown values.
 */
export function noiseSchedule(config: unknown, subject = "the scheduler's settings"): NoiseSchedule {
  return fromConfig(checkJson(config, configSchema, subject), subject);
}

/**
 * Reads the schedule from the file `source`, or builds it from the parsed contents of one. Throws `CheckpointError`
 * when it is missing, damaged or has unknown values.
 */
export async function readNoiseSchedule(source: string | object): Promise<NoiseSchedule> {
  if (typeof source === 'object') return noiseSchedule(source);
  const subject = "the scheduler's settings";
  return fromConfig(await readJsonFile(source, configSchema, subject), `${subject}, "${source}"`);
}

function fromConfig(config: ScheduleConfig, subject: string): NoiseSchedule {
  const betas = makeBetas(config);
  if (betas.length !== (config.num_train_timesteps ?? betas.length)) {
    const found = `${subject}, has ${betas.length} trained_betas for ${config.num_train_timesteps} timesteps`;
    throw new CheckpointError({ found, advice: 'Correct one of them.' });
  }
  const alphasCumprod = new Float32Array(betas.length);
  let product = 1;
  for (let t = 0; t < betas.length; t++) {
    product *= Math.fround(1 - betas[t]!);
    alphasCumprod[t] = product;
  }
  return {
    betas,
    alphasCumprod,
    finalAlphaCumprod: config.set_alpha_to_one ? 1 : alphasCumprod[0]!,
    predictionType: config.prediction_type,
    stepsOffset: config.steps_offset,
    clipSample: config.clip_sample,
  };
}

function makeBetas(config: ScheduleConfig): Float32Array {
  const { beta_start: start, beta_end: end } = config;
  const count = config.num_train_timesteps ?? 1000;
  if (config.trained_betas) return Float32Array.from(config.trained_betas);
  switch (config.beta_schedule) {
    case 'linear':
      return linspace(start, end, count);
    case 'scaled_linear':
      return linspace(Math.sqrt(start), Math.sqrt(end), count).map((root) => root * root);
    case 'squaredcos_cap_v2': {
      // Nichol & Dhariwal 2021, arXiv 2102.09672, eq. 17.
      const alphaBar = (share: number) => Math.cos(((share + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
      return Float32Array.from({ length: count }, (_, t) =>
        Math.min(1 - alphaBar((t + 1) / count) / alphaBar(t / count), 0.999),
      );
    }
  }
}

/** Evenly spaced 32-bit numbers, both ends included, computed from each end towards the middle as PyTorch does. */
function linspace(start: number, end: number, count: number): Float32Array {
  const [first, last] = [Math.fround(start), Math.fround(end)];
  const step = count > 1 ? (last - first) / (count - 1) : 0;
  return Float32Array.from({ length: count }, (_, i) =>
    i < count / 2 ? first + step * i : last - step * (count - 1 - i),
  );
}

/** ᾱ of a training timestep. Throws `RangeError` when the schedule has no such timestep. */
export function alphaCumprodAt(schedule: NoiseSchedule, timestep: number): number {
  const alpha = schedule.alphasCumprod[timestep];
  if (alpha === undefined) {
    throw new RangeError(`timestep ${timestep} is outside 0 … ${schedule.alphasCumprod.length - 1}`);
  }
  return alpha;
}

/**
 * x_t = √ᾱ_t·x₀ + √(1−ᾱ_t)·ε, with one timestep per sample (outermost dimension). Throws `RangeError` when the shapes
 * or the number of timesteps do not match.
 */
export function addNoise(
  schedule: NoiseSchedule,
  clean: FloatTensor,
  noise: FloatTensor,
  timesteps: readonly number[],
): FloatTensor {
  return mixSamples(schedule, clean, noise, timesteps, (alpha) => [Math.sqrt(alpha), Math.sqrt(1 - alpha)]);
}

/** The target of v-prediction, √ᾱ_t·ε − √(1−ᾱ_t)·x₀, with one timestep per sample. Throws as `addNoise` does. */
export function velocity(
  schedule: NoiseSchedule,
  clean: FloatTensor,
  noise: FloatTensor,
  timesteps: readonly number[],
): FloatTensor {
  return mixSamples(schedule, clean, noise, timesteps, (alpha) => [-Math.sqrt(1 - alpha), Math.sqrt(alpha)]);
}

function mixSamples(
  schedule: NoiseSchedule,
  clean: FloatTensor,
  noise: FloatTensor,
  timesteps: readonly number[],
  weights: (alphaCumprod: number) => [ofClean: number, ofNoise: number],
): FloatTensor {
  if (!sameShape(clean.shape, noise.shape) || timesteps.length !== clean.shape[0]) {
    throw new RangeError(
      `latents [${clean.shape}], noise [${noise.shape}] and ${timesteps.length} timesteps do not match`,
    );
  }
  const mixed = new Float32Array(clean.data.length);
  const size = mixed.length / timesteps.length;
  for (const [sample, timestep] of timesteps.entries()) {
    const [ofClean, ofNoise] = weights(alphaCumprodAt(schedule, timestep));
    for (let i = sample * size; i < (sample + 1) * size; i++) {
      mixed[i] = ofClean * clean.data[i]! + ofNoise * noise.data[i]!;
    }
  }
  return floats(mixed, clean.shape);
}
