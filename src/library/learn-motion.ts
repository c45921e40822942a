/** @file `learnMotion`: learning a motion from clips, from options to the motion file. */

import { z } from 'zod';
import { checkOptions } from '../check-options.ts';
import { UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { foundOf, phrase, setting } from '../phrases.ts';
import { type LearnedMotion, runTraining } from '../pipelines/train/run-training.ts';
import { concerning } from '../renamed-setting.ts';
import type { DeviceName } from '../runtime/devices.ts';
import { declare, type GivenSettings, required } from '../settings.ts';
import { trainingSettings } from '../training/declared-settings.ts';
import { presets, type TrainingInput } from '../training/training-settings.ts';
import { onDevice, tellingOfProcessor } from './chosen-device.ts';
import { baseFolder, baseSetting } from './load-base.ts';
import { field, workFields } from './shared-fields.ts';
import { shared } from './shared-settings.ts';
import { assertHeldOutUsed, assertSamplesMade, assertStrideUsed } from './unused-options.ts';

/** Names of the presets for training. */
export type PresetName = keyof typeof presets;

const presetNames = Object.keys(presets) as [PresetName, ...PresetName[]];

/** Settings of `learnMotion` in addition to those of training, or that differ from them. */
const own = {
  base: declare(baseSetting.schema, { ...baseSetting, group: trainingSettings.base.group! }),
  out: required(
    declare(field.path, {
      description: phrase`folder of the run; must be new or empty, except with ${setting('resume')}`,
      group: 'What to learn',
    }),
  ),
  resume: declare(field.flag, {
    description: phrase`resume the run in ${setting('out')}; other settings are needed only if they change (${setting('steps')}, ${setting('saveEvery')}, …)`,
    group: 'What to learn',
    default: false,
  }),
  fromStep: declare(z.int().min(1), {
    description: phrase`with ${setting('resume')}: go back to the checkpoint of this step (see ${setting('keepEvery')}); what later steps left is removed`,
    group: 'What to learn',
    unit: 'step',
  }),
  startFrom: declare(field.path, {
    description:
      'a motion whose values are the initial ones (a motion file, run folder or training checkpoint), also after its cosine schedule has ended; its variant, rank and size are kept, optimiser and schedule are new',
    group: 'What to learn',
    usual: 'the image model',
  }),
  useRecommended: shared.useRecommended,
  preset: declare(z.enum(presetNames), {
    description: phrase`a named set of values for omitted settings; the base's recommendations are ignored`,
    choices: {
      reference:
        'the choices of the authors’ implementation for fit, clip range, temporal bias and shuffling',
    },
    group: 'What to learn',
  }),
};

/** The settings of `learnMotion`. */
export const learnMotionSettings = { ...trainingSettings, ...own };

/**
 * Options of `learnMotion`. Omitted settings are those that the base recommends (in its `lamp.json`), else the paper's.
 */
export interface LearnMotionOptions
  extends Partial<Omit<TrainingInput, keyof typeof own>>,
    GivenSettings<typeof own>,
    WorkOptions {}

/**
 * Learns a motion from a few clips (LAMP, Sec. 3), and writes it to a file. Everything is checked before anything is
 * written. A run that was stopped, by the signal or by a kill at any moment, can be continued with `resume: true`, with
 * the same result. Throws `UsageError` for an invalid option, `StorageError` (the folder `out`), `CheckpointError`
 * (base), `MediaError` (clips), `DeviceError`, and, after saving, `InterruptedError` when stopped by the signal.
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
  const { onEvent, onPreview, signal, ...given } = checkOptions('learnMotion', options, {
    ...learnMotionSettings,
    ...workFields,
  });
  const { out, resume, fromStep, startFrom, useRecommended = given.preset === undefined, ...others } = given;
  const { base, preset, ...settings } = others;
  if (preset !== undefined && useRecommended) {
    throw new UsageError({
      found: phrase`${setting('preset')} ignores the base's recommendations, but ${setting('useRecommended', true)} requests them`,
      setting: 'preset',
      advice: 'Omit one of them.',
    });
  }
  if (fromStep !== undefined && resume !== true) {
    throw new UsageError({
      found: phrase`${setting('fromStep')} goes back in a run, but none is resumed`,
      setting: 'fromStep',
      advice: phrase`Add ${setting('resume', true)}, or omit ${setting('fromStep')}.`,
    });
  }
  assertStrideUsed(settings);
  assertSamplesMade(settings);
  assertHeldOutUsed({ ...settings, resume });
  const { device, work } = await trainingDevice(settings, resume === true, { onEvent, onPreview, signal });
  const { device: _, ...ofTraining } = settings;
  const folder = base === undefined ? {} : { base: await baseFolder(base, work) };
  return concerning({ MediaError: 'clips', CheckpointError: 'base', StorageError: 'out' }, () =>
    runTraining({
      ...work,
      out,
      ...(resume !== undefined && { resume }),
      fromStep,
      startFrom,
      useRecommended,
      ...(preset && { preset: presets[preset] }),
      settings: { ...ofTraining, ...(device && { device }), ...folder },
    }).catch((error: unknown) => {
      throw ofPreset(error, preset, settings);
    }),
  );
}

/** The device, if one is given or to be chosen; a run that is resumed keeps its own. */
async function trainingDevice(
  { device, memory, precision }: Partial<TrainingInput>,
  isResumed: boolean,
  work: WorkOptions,
): Promise<{ readonly device?: DeviceName; readonly work: WorkOptions }> {
  if (device !== undefined && !(isResumed && device === 'auto')) {
    return onDevice({ device, memory, precision }, work);
  }
  return { work: tellingOfProcessor('cuda', tellingOfProcessor('webgpu', work)) };
}

/** The error for a setting that a preset brought: the caller gave the preset's name only. */
function ofPreset(error: unknown, preset: PresetName | undefined, given: Partial<TrainingInput>): unknown {
  if (!(error instanceof UsageError) || preset === undefined) return error;
  const name = error.setting as keyof TrainingInput;
  if (!(name in presets[preset]) || given[name] !== undefined) return error;
  return new UsageError(
    {
      found: phrase`${setting('preset', preset)} does not fit the run: ${foundOf(error)}`,
      setting: 'preset',
      advice: phrase`Omit ${setting('preset')} to resume, or train under another ${setting('out')}.`,
    },
    { cause: error },
  );
}
