/**
 * @file Common parts of the samplers: their interface, their timesteps, and the interpretation of a network's output.
 */

import { UsageError } from '../errors.ts';
import { phrase, setting } from '../phrases.ts';
import { alphaCumprodAt, type NoiseSchedule, type PredictionType } from './noise-schedule.ts';

/**
 * Takes noise to a latent (or back) in steps. Create a new one for each run: some keep earlier predictions. All
 * arithmetic is element-wise, so arrays may hold any number of samples and frames; it is done in 64 bits, stored in 32.
 */
export interface Sampler {
  /** The network's timestep at each step, in order. */
  readonly timesteps: readonly number[];
  /**
   * The sample after step `index`, as a new array, from the network's (guided) output at `timesteps[index]` and the
   * sample before. `noise`, standard normal, is needed only by samplers that add noise. Throws `RangeError` when
   * lengths differ, required noise is missing, or steps are skipped.
   */
  step(modelOutput: Float32Array, index: number, sample: Float32Array, noise?: Float32Array): Float32Array;
}

/** Number of sampling steps, and overrides of the model's settings. */
export interface SamplerOptions {
  readonly steps: number;
  /** Clamp the predicted clean latent to [-1, 1]; default: as in the schedule. */
  readonly clipSample?: boolean;
}

/** The setting that a number of steps comes from, for messages. */
type StepsSetting = 'samplerSteps' | 'inversionSteps';

/**
 * `steps` evenly spaced timesteps, descending, starting from 0 and shifted by the schedule's offset ("leading"
 * spacing): 981, 961, …, 1 for 50 of 1000. Throws `UsageError` when there are too many.
 */
export function leadingTimesteps(
  schedule: NoiseSchedule,
  steps: number,
  name: StepsSetting = 'samplerSteps',
): number[] {
  const count = schedule.alphasCumprod.length;
  checkSteps(steps, count, name);
  const ratio = Math.floor(count / steps);
  const timesteps = Array.from({ length: steps }, (_, i) => (steps - 1 - i) * ratio + schedule.stepsOffset);
  if (timesteps[0]! >= count) {
    throw new UsageError({
      found: `${steps} sampling steps with an offset of ${schedule.stepsOffset} begin at timestep ${timesteps[0]}`,
      expected: `one of the model's, which are 0 to ${count - 1}`,
      setting: name,
      advice: 'Take fewer steps.',
    });
  }
  return timesteps;
}

/** Throws `UsageError` unless `steps` is a whole number from 1 to the number of training timesteps. */
export function checkSteps(steps: number, trainTimesteps: number, name: StepsSetting = 'samplerSteps'): void {
  if (!Number.isInteger(steps) || steps < 1 || steps > trainTimesteps) {
    throw new UsageError({
      found: phrase`${setting(name)} is ${steps}`,
      expected: `a whole number from 1 to ${trainTimesteps}`,
      setting: name,
    });
  }
}

/** ᾱ at a timestep, or after the last step where the timestep is negative. */
export function alphaAtOrFinal(schedule: NoiseSchedule, timestep: number): number {
  return timestep >= 0 ? alphaCumprodAt(schedule, timestep) : schedule.finalAlphaCumprod;
}

/** Clean latent x₀ and noise ε of a sample element x at ᾱ = `alpha`, from one element of the network's output. */
export interface Reading {
  clean(output: number, sample: number): number;
  noise(output: number, sample: number): number;
}

/**
 * Interpretation of a network's output at ᾱ = `alpha`. From x = √ᾱ·x₀ + √(1−ᾱ)·ε and, for v-prediction,
 * v = √ᾱ·ε − √(1−ᾱ)·x₀.
 */
export function readingAt(alpha: number, prediction: PredictionType): Reading {
  const a = Math.sqrt(alpha);
  const b = Math.sqrt(1 - alpha);
  switch (prediction) {
    case 'epsilon':
      return { clean: (e, x) => (x - b * e) / a, noise: (e) => e };
    case 'v_prediction':
      return { clean: (v, x) => a * x - b * v, noise: (v, x) => a * v + b * x };
    case 'sample':
      return { clean: (x0) => x0, noise: (x0, x) => (x - a * x0) / b };
  }
}

/** The clean latent that a network's output at `timestep` implies, clamped if the schedule (or the option) says so. */
export function predictClean(
  schedule: NoiseSchedule,
  modelOutput: Float32Array,
  sample: Float32Array,
  timestep: number,
  clipSample = schedule.clipSample,
): Float32Array {
  checkLengths(modelOutput, sample);
  const reading = readingAt(alphaCumprodAt(schedule, timestep), schedule.predictionType);
  const clamp = clamper(clipSample);
  return modelOutput.map((output, i) => clamp(reading.clean(output, sample[i]!)));
}

/** The clamp to [-1, 1], or the identity. */
export function clamper(clip: boolean): (value: number) => number {
  return clip ? (value) => Math.max(-1, Math.min(1, value)) : (value) => value;
}

/** Throws `RangeError` unless all arrays have the same length; `undefined` is ignored. */
export function checkLengths(...arrays: readonly (Float32Array | undefined)[]): void {
  const lengths = new Set(arrays.flatMap((array) => (array ? [array.length] : [])));
  if (lengths.size > 1) throw new RangeError(`arrays of ${[...lengths].join(' and ')} values do not match`);
}

/** The timestep of step `index`. Throws `RangeError` when there is no such step. */
export function timestepOf(timesteps: readonly number[], index: number): number {
  const timestep = timesteps[index];
  if (timestep === undefined) throw new RangeError(`step ${index} of ${timesteps.length} (counted from 0)`);
  return timestep;
}
