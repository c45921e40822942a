/** @file Learning a motion from clips: everything from options to the motion file in one call. */
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { phrase, setting } from '../phrases.ts';
import { type LearnedMotion, runTraining } from '../pipelines/train/run-training.ts';
import { declare, type GivenSettings, required } from '../settings.ts';
import { trainingSettings } from '../training/declared-settings.ts';
import { presets, type TrainingInput } from '../training/training-settings.ts';
import { checkOptions, field, workFields } from './check-options.ts';
import { baseFolder, baseSetting } from './load-base.ts';
import { shared } from './shared-settings.ts';

/** Names of the sets of settings that training knows. */
export type PresetName = keyof typeof presets;

const presetNames = Object.keys(presets) as [PresetName, ...PresetName[]];

/** What `learnMotion` asks for besides the training's settings, or in another way. */
const own = {
  base: declare(baseSetting.schema, { ...baseSetting, group: trainingSettings.base.group! }),
  device: declare(shared.device.schema, { ...shared.device, group: 'Running' }),
  out: required(
    declare(field.path, {
      description: phrase`folder of the run; must not exist or be empty, except with ${setting('resume')}`,
      group: 'What to learn',
    }),
  ),
  resume: declare(field.flag, {
    description: phrase`go on with the run in ${setting('out')}; only what changes needs to be given then (${setting('steps')}, ${setting('saveEvery')}, …)`,
    group: 'What to learn',
    default: false,
  }),
  useRecommended: shared.useRecommended,
  preset: declare(z.enum(presetNames), {
    description: phrase`a named set of settings, below those that are given; nothing is as the base recommends then`,
    choices: {
      reference:
        'the choices of the authors’ implementation for fitting, clip range, temporal bias and no shuffling',
    },
    group: 'What to learn',
  }),
};

/** The settings of `learnMotion`. */
export const learnMotionSettings = { ...trainingSettings, ...own };

/** What `learnMotion` takes. What is left out is as the base recommends (its `lamp.json`), or as in the paper. */
export interface LearnMotionOptions
  extends Partial<Omit<TrainingInput, keyof typeof own>>,
    GivenSettings<typeof own>,
    WorkOptions {}

/**
 * Learns a motion from a few clips that show it (LAMP, Sec. 3); the result is a file. Everything is checked before
 * anything is written. A run that was stopped, by the signal or by a kill at any moment, goes on with `resume: true` as
 * if it had not been. Throws `UsageError` for an option that makes no sense, `StorageError` (the folder `out`),
 * `CheckpointError` (base), `MediaError` (clips), `DeviceError`, and `InterruptedError` when the signal stops it, with
 * what was learned saved.
 *
 * @example
 * import { learnMotion } from 'lamp-video';
 *
 * const { path } = await learnMotion({
 *   clips: ['clips/jumps'],
 *   prompt: 'a thing jumps',
 *   steps: 2, // default: what the base recommends, hundreds
 *   out: 'runs/my-jumps',
 *   onEvent: (event) => {
 *     if (event.type === 'step') console.log(event.step, 'of', event.steps, 'loss', event.loss);
 *   },
 * });
 * console.log(path); // the motion, for generateVideo({ motion: path, … })
 */
export async function learnMotion(options: LearnMotionOptions): Promise<LearnedMotion> {
  const { onEvent, signal, ...given } = checkOptions('learnMotion', options, {
    ...learnMotionSettings,
    ...workFields,
  });
  const { out, resume, useRecommended = given.preset === undefined, base, preset, ...settings } = given;
  if (preset !== undefined && useRecommended) {
    throw new UsageError({
      found: phrase`${setting('preset')} leaves aside what the base recommends, and ${setting('useRecommended', true)} asks for it`,
      setting: 'preset',
      advice: 'Leave out one of them.',
    });
  }
  const work = { onEvent, signal };
  return runTraining({
    ...work,
    out,
    ...(resume !== undefined && { resume }),
    useRecommended,
    settings: {
      ...(preset && presets[preset]),
      ...settings,
      ...(base !== undefined && { base: await baseFolder(base, work) }),
    },
  });
}
