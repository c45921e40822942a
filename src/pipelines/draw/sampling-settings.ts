/** @file What drawing a picture and generating a video have in common: settings, samplers, text, stopping between steps. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { ddimSampler } from '../../diffusion/ddim.ts';
import { dpmSolverSampler } from '../../diffusion/dpm-solver.ts';
import type { NoiseSchedule } from '../../diffusion/noise-schedule.ts';
import type { RandomStream } from '../../diffusion/random.ts';
import type { Sampler } from '../../diffusion/sampler.ts';
import { InterruptedError, UsageError } from '../../errors.ts';
import type { Stage, WorkOptions } from '../../events.ts';
import { phrase, setting } from '../../phrases.ts';

/** Names of the samplers: DDIM, and DPM-Solver++(2M). */
export const samplerNames = ['ddim', 'dpm++'] as const;

/** See `samplerNames`. */
export type SamplerName = (typeof samplerNames)[number];

/** How noise becomes a picture or a video, apart from what it shows. */
export interface SamplingSettings {
  /** DDIM, or DPM-Solver++(2M), which needs fewer steps. */
  readonly sampler: SamplerName;
  /** Steps from noise to picture. */
  readonly samplerSteps: number;
  /** Noise that DDIM adds at each step, 0 (none) to 1. DPM-Solver++ adds none. */
  readonly eta: number;
  /** Classifier-free guidance; 1 and less: none. */
  readonly guidance: number;
}

/**
 * A new sampler for one run; `noise` is what DDIM with η > 0 adds. Throws `UsageError` when a setting is out of range or there
 * is no sampler of that name.
 */
export function samplerFor(
  schedule: NoiseSchedule,
  { sampler, samplerSteps: steps, eta, guidance }: SamplingSettings,
  noise: RandomStream,
): Sampler {
  if (!Number.isFinite(guidance) || guidance < 0) {
    throw new UsageError({
      found: phrase`${setting('guidance')} is ${guidance}`,
      expected: 'a number from 0',
      setting: 'guidance',
    });
  }
  if (!samplerNames.includes(sampler)) {
    throw new UsageError({
      found: phrase`${setting('sampler')} is "${String(sampler)}"`,
      expected: `one of: ${samplerNames.join(', ')}`,
      setting: 'sampler',
    });
  }
  // A name without a case here does not compile.
  switch (sampler) {
    case 'ddim': {
      const ddim = ddimSampler(schedule, { steps, eta });
      return eta === 0 ? ddim : withNoise(ddim, noise);
    }
    case 'dpm++':
      if (eta !== 0) {
        throw new UsageError({
          found: phrase`${setting('eta')} is ${eta}, but dpm++ adds no noise`,
          setting: 'eta',
          advice: phrase`Use ${setting('sampler', 'ddim')}.`,
        });
      }
      return dpmSolverSampler(schedule, { steps });
  }
}

/** A sampler that draws the noise of each step itself. */
function withNoise(sampler: Sampler, noise: RandomStream): Sampler {
  return {
    ...sampler,
    step: (output, index, sample) => sampler.step(output, index, sample, noise.normals(sample.length)),
  };
}

/**
 * To be awaited between two steps: reports progress, lets timers and Ctrl-C have their turn (a step blocks them), and
 * throws `InterruptedError` when the work shall stop.
 */
export async function betweenSteps(
  { onEvent, signal }: WorkOptions,
  stage: Stage,
  done: number,
  total: number,
): Promise<void> {
  onEvent?.({ type: 'progress', stage, done, total });
  await nextTurn();
  if (signal?.aborted) {
    const unit = total > 1 ? ` (${done} of ${total} done)` : '';
    // Pictures that were drawn before this one are written.
    const result = stage === 'drawing' ? 'this picture was not written' : 'nothing was written';
    throw new InterruptedError(`stopped while ${stage}${unit}; ${result}.`);
  }
}
