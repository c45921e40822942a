/** @file Learning a motion from clips: everything from options to the motion file in one call. */
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { phrase, setting } from '../phrases.ts';
import { type LearnedMotion, runTraining } from '../pipelines/train/run-training.ts';
import type { DeviceName } from '../runtime/devices.ts';
import { presets, type TrainingInput, trainingDefaults } from '../training/training-settings.ts';
import { checkOptions, field, fieldsNamed, workFields } from './check-options.ts';
import { type BaseChoice, baseField, baseFolder } from './load-base.ts';

/** What `learnMotion` takes. What is left out is as the base recommends (its `lamp.json`), or as in the paper. */
export interface LearnMotionOptions
  extends Partial<Omit<TrainingInput, 'base' | 'device' | 'clips' | 'prompt'>>,
    WorkOptions {
  /** Folder of the run: a new or empty one, or with `resume` that of a run. */
  readonly out: string;
  /** Clips, or folders of clips, which show the motion. Not needed with `resume`. */
  readonly clips?: string[];
  /** What the clips show that have no caption of their own. Not needed with `resume`, or where every clip has one. */
  readonly prompt?: string;
  /** The model that learns; the built-in one unless told. See `LoadBaseOptions.base`. */
  readonly base?: BaseChoice;
  /** Resume the run in `out`; only what changes needs to be given then. */
  readonly resume?: boolean;
  /** Where to compute: `cpu` unless told. */
  readonly device?: DeviceName;
  /** Whether settings that are left out are as the base recommends; true unless told. */
  readonly useRecommended?: boolean;
  /**
   * A named set of settings, below those that are given: `reference`, the choices of the authors' implementation for
   * `fit`, `shuffle`, `clipRange` and `temporalBias`. With it, nothing is as the base recommends.
   */
  readonly preset?: PresetName;
}

/** Names of the sets of settings that training knows. */
export type PresetName = keyof typeof presets;

const presetNames = Object.keys(presets) as PresetName[];

const fields = {
  out: field.path,
  resume: field.flag.optional(),
  useRecommended: field.flag.optional(),
  preset: z.enum(presetNames, { error: `one of: ${presetNames.join(', ')}` }).optional(),
  prompt: field.anyText.optional(),
  clips: field.anything,
  ...fieldsNamed(Object.keys(trainingDefaults) as (keyof typeof trainingDefaults)[]),
  base: baseField.optional(),
  ...workFields,
};

/**
 * Learns a motion from a few clips that show it (LAMP, Sec. 3); the result is a file. Everything is checked before
 * anything is written. A run that was stopped, by the signal or by a kill at any moment, goes on with `resume: true` as
 * if it had not been. Throws `UsageError` for an option that makes no sense, `StorageError` (the folder `out`),
 * `CheckpointError` (base), `MediaError` (clips), `DeviceError`, and `InterruptedError` when the signal stops it, with
 * what was learned saved.
 *
 * @example import { learnMotion } from 'lamp-video';
 *
 * const { path } = await learnMotion({ clips: ['clips/jumps'], prompt: 'a thing jumps', steps: 2, // as many as the
 * base recommends unless told: hundreds out: 'runs/my-jumps', onEvent: (event) => {
 *     if (event.type === 'step') console.log(event.step, 'of', event.steps, 'loss', event.loss);
 *   }, }); console.log(path); // the motion, for generateVideo({ motion: path, … })
 */
export async function learnMotion(options: LearnMotionOptions): Promise<LearnedMotion> {
  const { onEvent, signal, ...given } = checkOptions('learnMotion', options, fields);
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
