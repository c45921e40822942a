/**
 * @file DPM-Solver++(2M). Lu et al. 2022, "DPM-Solver++", arXiv 2211.01095, algorithm 2: good results in 15 to 25
 * steps.
 */

import { alphaCumprodAt, type NoiseSchedule } from './noise-schedule.ts';
import { checkSteps, predictClean, type Sampler, type SamplerOptions, timestepOf } from './sampler.ts';

/** With fewer steps than this the last one is of first order, for stability ("lower order final"). */
const LOWER_ORDER_FINAL_BELOW = 15;

/**
 * The second-order multistep solver (midpoint form) on clean-latent predictions; of first order at the first step taken
 * and, in short runs, at the last. Ends at timestep 0. Create a new one for each run; a run may start at any step but
 * must not skip any. Throws `UsageError` for steps out of range.
 */
export function dpmSolverSampler(schedule: NoiseSchedule, options: SamplerOptions): Sampler {
  const { steps, clipSample = schedule.clipSample } = options;
  const last = schedule.alphasCumprod.length - 1;
  checkSteps(steps, last);
  const timesteps = Array.from({ length: steps }, (_, i) => roundHalfToEven((last * (steps - i)) / steps));
  let before: { readonly index: number; readonly clean: Float32Array } | undefined;

  const step: Sampler['step'] = (modelOutput, index, sample) => {
    if (before && index !== before.index + 1) {
      throw new RangeError(
        `DPM-Solver was given step ${index} after step ${before.index}; make a new one for a new run`,
      );
    }
    const timestep = timestepOf(timesteps, index);
    const clean = predictClean(schedule, modelOutput, sample, timestep, clipSample);
    const from = levelAt(schedule, timestep);
    const to = levelAt(schedule, timesteps[index + 1] ?? 0);
    const h = to.lambda - from.lambda;
    const ofSample = to.sigma / from.sigma;
    const ofClean = -to.alpha * Math.expm1(-h);
    const firstOrder = !before || (index === steps - 1 && steps < LOWER_ORDER_FINAL_BELOW);
    // (x₀ − previous x₀) / (2r) extrapolates the prediction to the midpoint of the step.
    const r = firstOrder ? 1 : (from.lambda - levelAt(schedule, timesteps[index - 1]!).lambda) / h;
    const earlier = firstOrder ? clean : before!.clean;
    const result = new Float32Array(sample.length);
    for (let i = 0; i < result.length; i++) {
      const x0 = clean[i]!;
      result[i] = ofSample * sample[i]! + ofClean * (x0 + (x0 - earlier[i]!) / (2 * r));
    }
    before = { index, clean };
    return result;
  };
  return { timesteps, step };
}

/** α = √ᾱ, σ = √(1−ᾱ) and half the log signal-to-noise ratio λ = ln(α/σ) of a timestep. */
function levelAt(
  schedule: NoiseSchedule,
  timestep: number,
): { alpha: number; sigma: number; lambda: number } {
  const alphaCumprod = alphaCumprodAt(schedule, timestep);
  const alpha = Math.sqrt(alphaCumprod);
  const sigma = Math.sqrt(1 - alphaCumprod);
  return { alpha, sigma, lambda: Math.log(alpha) - Math.log(sigma) };
}

/** NumPy's rounding. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
