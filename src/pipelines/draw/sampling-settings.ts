/** @file Sampling settings and samplers shared by pictures and videos, and reporting between steps. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { ddimSampler, etaSchema } from '../../diffusion/ddim.ts';
import { dpmSolverSampler } from '../../diffusion/dpm-solver.ts';
import type { GuidanceLimits } from '../../diffusion/guidance.ts';
import type { NoiseSchedule } from '../../diffusion/noise-schedule.ts';
import type { RandomStream } from '../../diffusion/random.ts';
import type { Sampler } from '../../diffusion/sampler.ts';
import { InterruptedError, UsageError } from '../../errors.ts';
import type { Stage, WorkOptions } from '../../events.ts';
import { type BaseSettings, recommended } from '../../models/base-settings.ts';
import { phrase, setting } from '../../phrases.ts';
import { residentBytes } from '../../runtime/free-memory.ts';
import {
  declare,
  recommendable,
  redeclared,
  type SettingValues,
  shapeOf,
  withoutUndefined,
  withText,
} from '../../settings.ts';
import { wrongSetting } from '../../wrong-settings.ts';

/** A sampler that can be selected by name. */
interface NamedSampler {
  /** A short description. */
  readonly about: string;
  /** Default number of steps. */
  readonly steps: number;
  /** When it adds noise at its steps. */
  readonly noise: 'never' | 'with eta' | 'always';
  /** Creates a sampler for one run. */
  readonly make: (
    schedule: NoiseSchedule,
    options: { readonly steps: number; readonly eta: number },
  ) => Sampler;
}

/** The samplers by name. Options, help, checks and the library's types are made from it. */
const samplers = {
  ddim: { about: 'DDIM', steps: 50, noise: 'with eta', make: ddimSampler },
  'dpm++': {
    about: 'DPM-Solver++(2M), which needs fewer steps',
    steps: 25,
    noise: 'never',
    make: (schedule, { steps }) => dpmSolverSampler(schedule, { steps }),
  },
} as const satisfies Readonly<Record<string, NamedSampler>>;

/** The name of a sampler. */
export type SamplerName = keyof typeof samplers;

/** Names of the samplers. */
export const samplerNames = Object.keys(samplers) as [SamplerName, ...SamplerName[]];

const withEtaNames = samplerNames.filter((name) => samplers[name].noise === 'with eta');

/** The default steps in words, given the default sampler: `50; for dpm++ 25`. */
function stepsText(usual: SamplerName): string {
  const others = samplerNames.filter((name) => name !== usual);
  return [samplers[usual].steps, ...others.map((name) => `for ${name} ${samplers[name].steps}`)].join('; ');
}

/** Beyond every timestep, of which there are 1000. */
const LARGEST_TIMESTEP = 1000;

const samplingSettings = withText(
  {
    sampler: declare(z.enum(samplerNames), {
      description: 'the sampler',
      choices: Object.fromEntries(samplerNames.map((name) => [name, samplers[name].about])),
      default: 'ddim',
    }),
    samplerSteps: declare(z.int().min(1).max(1000), {
      description: 'number of sampling steps',
      unit: 'steps',
    }),
    eta: declare(etaSchema, {
      description: `noise that the sampler adds at each step; for ${withEtaNames.join(', ')} only`,
      default: 0,
    }),
    guidance: declare(z.number().min(0), {
      description:
        'how closely to follow the prompt (classifier-free guidance); 1: no guidance, twice as fast',
      default: 7.5,
    }),
    /** Guidance in an interval of noise levels: 2404.07724. */
    guidanceStart: declare(z.int().min(0).max(LARGEST_TIMESTEP), {
      description: 'the noisiest step with guidance; those before it are without, twice as fast',
      unit: 'timestep',
      default: LARGEST_TIMESTEP,
      addedLater: true,
    }),
    guidanceEnd: declare(z.int().min(0).max(LARGEST_TIMESTEP), {
      description: 'the last step with guidance; those after it are without, twice as fast',
      unit: 'timestep',
      default: 0,
      addedLater: true,
    }),
    /** Adaptive guidance, 2312.12487: its threshold γ̄. */
    adaptiveGuidance: declare(z.number().min(0).max(1), {
      description:
        'take all further steps without guidance once the predictions with and without the prompt have this cosine similarity; 1: never',
      default: 1,
      addedLater: true,
    }),
  },
  { group: 'Sampling', recommendable: true },
);

/** Settings of sampling. */
export type SamplingSettings = SettingValues<typeof samplingSettings>;

/** The settings, with the defaults for pictures or videos. */
export function samplingFor(usual: { readonly sampler: SamplerName; readonly guidance: number }) {
  return redeclared(samplingSettings, {
    sampler: { default: usual.sampler },
    samplerSteps: { usual: stepsText(usual.sampler) },
    guidance: { default: usual.guidance },
  });
}

/** Settings of pictures: DPM-Solver++ (25 steps), guidance 7.5, unless the base model recommends something else. */
export const pictureSampling = samplingFor({ sampler: 'dpm++', guidance: 7.5 });

/** The settings for pictures that a base model recommends. Throws `CheckpointError` naming the file and the field. */
export function recommendedSampling(base: BaseSettings): Partial<SamplingSettings> {
  return recommended(base, 'image', z.object(shapeOf(recommendable(pictureSampling))));
}

/**
 * Merges `given` over `ofBase` over `defaults`, with the sampler's default number of steps if none is given. Steps and
 * noise (η) recommended by a base are for its sampler, and ignored with another.
 */
export function layered<T extends SamplingSettings>(
  defaults: Omit<T, 'samplerSteps'>,
  ofBase: Partial<T>,
  given: Partial<T>,
): T {
  const usual = ofBase.sampler ?? (defaults as T).sampler;
  const sampler = given.sampler ?? usual;
  const { samplerSteps: _, eta: __, ...forAny } = ofBase;
  return {
    ...defaults,
    // Unknown samplers are refused where settings are checked.
    samplerSteps: samplers[sampler]?.steps,
    ...(sampler === usual ? ofBase : forAny),
    ...withoutUndefined(given),
  } as T;
}

const samplingSchema = z.object(shapeOf(samplingSettings));

/** Settings of guidance: its scale, and the steps that have it. */
export type GuidanceSettings = Pick<
  SamplingSettings,
  'guidance' | 'guidanceStart' | 'guidanceEnd' | 'adaptiveGuidance'
>;

/** The limits of guidance; `undefined` if every step has it, or none. */
export function guidanceLimits({
  guidance,
  guidanceStart: start,
  guidanceEnd: end,
  adaptiveGuidance: similarity,
}: GuidanceSettings): GuidanceLimits | undefined {
  if (guidance <= 1 || (start >= LARGEST_TIMESTEP && end <= 0 && similarity >= 1)) return undefined;
  return { start, end, similarity };
}

/**
 * Creates a sampler for one run; `noise` is the random stream for η > 0. Throws `UsageError` if a setting is out of
 * range, for an η that the sampler disregards, or for limits between which there is no timestep. The latter two are
 * refused here, not with the other unused options of the library: a base can recommend them, and the samples of a
 * training are drawn with them too. `within` is the prefix of the settings' names.
 */
export function samplerFor(
  schedule: NoiseSchedule,
  settings: SamplingSettings,
  noise: RandomStream,
  within: 'drawing.' | '' = '',
): Sampler {
  const result = samplingSchema.safeParse(settings);
  if (!result.success) {
    throw new UsageError(wrongSetting(result.error, samplingSchema, settings, within.replace('.', '')));
  }
  const { sampler: name, samplerSteps: steps, eta, guidanceStart, guidanceEnd } = result.data;
  if (guidanceStart < guidanceEnd) throw guidedNowhere(result.data, within);
  const { noise: added, make } = samplers[name] as NamedSampler;
  if (eta !== 0 && added !== 'with eta') {
    const own = `${within}eta`;
    throw new UsageError({
      found: phrase`${setting(own)} is ${eta}, but ${name} ${added === 'never' ? 'adds no noise' : 'always adds its own'}`,
      setting: own,
      advice: phrase`Use ${setting(`${within}sampler`, withEtaNames[0]!)}.`,
    });
  }
  const sampler = make(schedule, { steps, eta });
  return added === 'always' || eta !== 0 ? withNoise(sampler, noise) : sampler;
}

function guidedNowhere(
  { guidanceStart, guidanceEnd }: SamplingSettings,
  within: 'drawing.' | '',
): UsageError {
  const [start, end] = [`${within}guidanceStart`, `${within}guidanceEnd`];
  return new UsageError({
    found: phrase`${setting(start)} is ${guidanceStart}, and ${setting(end)} ${guidanceEnd}`,
    expected: 'a start that is not below the end, since timesteps decrease',
    setting: start,
    advice: phrase`For no guidance at all use ${setting(`${within}guidance`, 1)}.`,
  });
}

/** A sampler that draws the noise of each step from a random stream. */
function withNoise(sampler: Sampler, noise: RandomStream): Sampler {
  return {
    ...sampler,
    step: (output, index, sample) => sampler.step(output, index, sample, noise.normals(sample.length)),
  };
}

/**
 * To be awaited between steps: reports progress, lets timers and Ctrl-C run (a step blocks them), and throws
 * `InterruptedError` when the work is to stop.
 */
export async function betweenSteps(
  { onEvent, signal }: WorkOptions,
  stage: Stage,
  done: number,
  total: number,
): Promise<void> {
  onEvent?.({ type: 'progress', stage, done, total, residentBytes: residentBytes() });
  await nextTurn();
  if (signal?.aborted) {
    const unit = total > 1 ? ` (${done} of ${total} done)` : '';
    // Earlier pictures have already been written.
    const result = stage === 'drawing' ? 'this picture was not written' : 'nothing was written';
    throw new InterruptedError(`stopped while ${stage}${unit}; ${result}.`);
  }
}
