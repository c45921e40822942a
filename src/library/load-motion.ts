/** @file Motions as given by callers: loaded or by path, one or several, with their strengths. */

import { z } from 'zod';
import { checkOptions } from '../check-options.ts';
import { UsageError } from '../errors.ts';
import { type MotionInfo, readMotion } from '../motion/file/motion-file.ts';
import { findMotionFile } from '../motion/file/motion-path.ts';
import { motionStrengthSchema } from '../motion/file/strengths.ts';
import { call, phrase, setting } from '../phrases.ts';
import type { LoadedMotion } from '../pipelines/video/loaded-motions.ts';
import { calledSetting, concerning } from '../renamed-setting.ts';
import { declare, type GivenSettings, required, withDefaults } from '../settings.ts';
import { checked, expecting } from '../wrong-settings.ts';
import { field } from './shared-fields.ts';

/** The settings of `loadMotion`. */
export const loadMotionSettings = {
  motion: required(declare(field.path, { description: 'a motion file, run folder or training checkpoint' })),
  strength: declare(motionStrengthSchema, {
    description: 'its strength, from 0 (no effect) to 1 (as learned)',
    default: 1,
  }),
};

/** Options of `loadMotion`. */
export interface LoadMotionOptions extends GivenSettings<typeof loadMotionSettings> {}

/** A motion: the result of `loadMotion`, a path, or a path and strength. */
export type MotionChoice = LoadedMotion | LoadMotionOptions | string;

const expected = 'a path, { motion: path, strength: 0 to 1 }, or a motion returned by loadMotion';

/** What a motion can be. */
const motionField = expecting(
  z.union([
    z.string().min(1),
    z.strictObject({ motion: field.path, strength: loadMotionSettings.strength.schema.optional() }),
    checked<LoadedMotion>(isLoaded, 'a motion returned by loadMotion'),
  ]),
  expected,
  'path',
) as z.ZodType<MotionChoice, MotionChoice>;

/** The option `motion`. */
export const motionSetting = declare(motionField, {
  description: 'the motion: a motion file, a run folder, or a checkpoint in one',
});

/** The option `motions`, in place of `motion`. */
export const motionsSetting = declare(
  z.array(motionField) as z.ZodType<readonly MotionChoice[], readonly MotionChoice[]>,
  {
    description: 'several motions that are combined, each with its strength',
  },
);

/**
 * Reads a motion for use in several calls. Throws `CheckpointError` if it is missing, damaged or not a motion,
 * `UsageError` for a strength outside 0 to 1.
 *
 * @example
 * import { loadMotion } from 'lamp-video';
 *
 * const jumping = await loadMotion({ motion: 'runs/jumps', strength: 0.8 });
 * console.log(jumping.info.prompt, jumping.info.frames);
 */
export async function loadMotion(options: LoadMotionOptions): Promise<LoadedMotion> {
  const { motion, strength } = withDefaults(
    loadMotionSettings,
    checkOptions('loadMotion', options, loadMotionSettings),
  );
  return concerning('motion', async () => {
    const path = await findMotionFile(motion);
    return { path, strength, ...(await readMotion(path)) };
  });
}

/**
 * The motions given by `motion` or `motions`, at least one; `check` refuses those that are unsuitable for the function
 * called `name`. Throws what `loadMotion` and `check` throw, and `UsageError` for none or both.
 */
export async function givenMotions(
  name: string,
  { motion, motions }: { readonly motion?: MotionChoice; readonly motions?: readonly MotionChoice[] },
  check: (path: string, info: MotionInfo) => void = () => {},
): Promise<LoadedMotion[]> {
  const choices = motions ?? (motion === undefined ? [] : [motion]);
  if (choices.length === 0 || (motion !== undefined && motions !== undefined)) {
    const both = phrase`${call(name)} was given ${setting('motion')} and ${setting('motions')}`;
    throw new UsageError({
      found: choices.length === 0 ? phrase`${call(name)} needs a motion` : both,
      expected: phrase`one of ${setting('motion')} and ${setting('motions')}, which is a list`,
      setting: 'motion',
    });
  }
  return calledSetting('motion', motions ? 'motions' : 'motion', async () => {
    const loaded: LoadedMotion[] = [];
    for (const choice of choices) loaded.push(await givenMotion(choice));
    for (const { path, info } of loaded) check(path, info);
    return loaded;
  });
}

/** The motion given by an option; see `loadMotion`. */
export async function givenMotion(choice: MotionChoice): Promise<LoadedMotion> {
  if (typeof choice === 'string') return loadMotion({ motion: choice });
  return 'values' in choice ? choice : loadMotion(choice);
}

function isLoaded(value: unknown): boolean {
  const { values, info, path } = (value ?? {}) as Partial<LoadedMotion>;
  return values instanceof Map && typeof info === 'object' && typeof path === 'string';
}
