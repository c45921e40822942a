/** @file Settings of a training run, with validation. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import type { ClipRate } from '../media/clip-window.ts';
import { type BaseSettings, recommended } from '../models/base-settings.ts';
import { isLamp } from '../motion/variant.ts';
import { phrase, setting } from '../phrases.ts';
import { checkDevice, parseDevice } from '../runtime/devices.ts';
import { allowTf32 } from '../runtime/tf32.ts';
import { recommendable, shapeWithDefaults } from '../settings.ts';
import { wrongSetting } from '../wrong-settings.ts';
import { trainingSettings } from './declared-settings.ts';

/** Schema of all settings, with defaults. */
export const settingsSchema = z.strictObject(shapeWithDefaults(trainingSettings));

/** All settings of a training run. Fields are documented at their definition. */
export type TrainingSettings = z.infer<typeof settingsSchema>;

/** Settings after the clips have been inspected, with the rate of their frames resolved. */
export type SettledSettings = TrainingSettings & { readonly clipFps: ClipRate };

/** Settings as given by a caller: `clips`, `prompt`, and any others that differ from the defaults. */
export type TrainingInput = z.input<typeof settingsSchema>;

/** Defaults of settings that neither the caller nor the base model specifies. */
export const trainingDefaults = settingsSchema.omit({ clips: true, prompt: true }).parse({});

/** The settings that a base model recommends for training. Throws `CheckpointError` naming the file and the field. */
export function recommendedTraining(base: BaseSettings): Partial<TrainingInput> {
  // Its size has a place of its own in `lamp.json`.
  const { width: _, height: __, ...shape } = shapeWithDefaults(recommendable(trainingSettings));
  return { ...base.size, ...recommended(base, 'training', z.object(shape)) };
}

/** Named sets of settings. `reference`: the choices of the authors' implementation where our defaults are better. */
export const presets: Readonly<Record<'reference', Partial<TrainingInput>>> = {
  reference: { fit: 'stretch', shuffle: false, clipRange: 'reference', temporalBias: 'uniform' },
};

/**
 * Settings that may change when a run is resumed. Base and clips may have been moved, but must have the same content,
 * and the clips the same captions and parts, which are recorded with them.
 */
const changeable: readonly string[] = [
  'base',
  'clips',
  'clipParts',
  'captions',
  'heldOut',
  'heldOutEvery',
  'steps',
  'memory',
  'saveEvery',
  'keepEvery',
  'sampleEvery',
  'samplePrompts',
];

/** Fills in the defaults. Throws `UsageError` naming an invalid option, `DeviceError` for the device. */
export function parseSettings(input: Partial<TrainingInput>): TrainingSettings {
  const missing = (['prompt', 'clips'] as const).find((name) => input[name] === undefined);
  if (missing) {
    throw new UsageError({
      found: `training needs a ${missing === 'clips' ? 'clip' : missing}`,
      setting: missing,
      advice: phrase`Give ${missing === 'clips' ? setting('clips') : setting('prompt', 'a person walks')}.`,
    });
  }
  const result = settingsSchema.safeParse(input);
  if (!result.success) throw new UsageError(wrongSetting(result.error, settingsSchema, input));
  const settings = result.data;
  parseDevice(settings.device);
  // With sample prompts but no interval, samples are made with every checkpoint.
  return settings.samplePrompts.length > 0 && input.sampleEvery === undefined
    ? { ...settings, sampleEvery: settings.saveEvery }
    : settings;
}

/** Checks that the device of the settings works. Throws `DeviceError`. */
export async function checkTrainingDevice({ device, precision }: TrainingSettings): Promise<void> {
  if (device === 'cuda') allowTf32(precision === 'tf32');
  await checkDevice(parseDevice(device));
}

/**
 * The settings with which a run is resumed: those that it was begun with, overridden by `given`. Throws `UsageError`
 * naming a changed setting that would make it a different run.
 */
export function resumedSettings(begun: TrainingSettings, given: Partial<TrainingInput>): TrainingSettings {
  // Where it was off, sample prompts that are given switch it on, as at the beginning. Those that a training was asked
  // to add while it ran do not.
  const { sampleEvery } = begun;
  const often = given.samplePrompts === undefined ? sampleEvery : sampleEvery || undefined;
  const settings = parseSettings({ ...begun, sampleEvery: often, ...given });
  const fixed = settings.schedule === 'cosine' ? changeable.filter((name) => name !== 'steps') : changeable;
  // The run may be older than some of the settings.
  const before: TrainingSettings = { ...trainingDefaults, ...begun };
  for (const name of Object.keys(before) as (keyof TrainingSettings)[]) {
    const [was, is] = [before[name], settings[name]];
    if (isDeepStrictEqual(was, is) || fixed.includes(name)) continue;
    const why = name === 'steps' ? ', since the cosine of its learning rate ends there' : '';
    throw new UsageError({
      found: phrase`${setting(name)} is ${JSON.stringify(is)}, but the run was begun with ${JSON.stringify(was)}${why}`,
      setting: name,
      advice: [
        phrase`Leave it out to resume, or train under another ${setting('out')}.`,
        ...(why ? [phrase`A new run can start from the motion of this one (${setting('startFrom')}).`] : []),
      ],
    });
  }
  return settings;
}

/**
 * The settings on which the trained values depend: they identify checkpoints and are stored in the motion. Variant
 * LAMP, rank 0, AdamW, a random window and frame-by-frame reading are omitted, for compatibility with older versions.
 */
export function decidingSettings(settings: TrainingSettings): Partial<TrainingSettings> {
  const dropped = [
    ...changeable.filter((name) => name !== 'steps' || settings.schedule !== 'cosine'),
    ...(isLamp(settings.variant) ? ['variant'] : []),
    ...(settings.rank === 0 ? ['rank'] : []),
    ...(settings.optimizer === 'adamw' ? ['optimizer'] : []),
    ...(settings.window === 'random' ? ['window'] : []),
    ...(settings.clipFps === 'frames' ? ['clipFps'] : []),
  ];
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !dropped.includes(name)));
}
