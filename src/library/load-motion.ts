/** @file Motions as callers name them: loaded, or by path, one or several, with how strongly each acts. */
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { readMotion } from '../motion/file/motion-file.ts';
import { findMotionFile } from '../motion/file/motion-path.ts';
import type { LoadedMotion } from '../pipelines/video/loaded-motions.ts';
import { checkOptions, field } from './check-options.ts';

/** What `loadMotion` takes. */
export interface LoadMotionOptions {
  /** A motion file, or the folder of a run that is finished. */
  readonly motion: string;
  /** How strongly it acts, from 0, not at all, to 1, as it was learned; 1 unless told. */
  readonly strength?: number;
}

/** A motion: one that was loaded (`loadMotion`), its path, or its path and strength. */
export type MotionChoice = LoadedMotion | LoadMotionOptions | string;

const expected = 'a path, { motion: path, strength: 0 to 1 }, or a motion that loadMotion gave';

/** An option that is a `MotionChoice`. */
export const motionField = z.custom<MotionChoice>(isChoice, { error: expected });

/** An option that is a list of them. */
export const motionsField = z.array(motionField, { error: `a list of motions, each ${expected}` });

/**
 * Reads a motion, for several calls that use it. Throws `CheckpointError` when it is missing, damaged or no motion,
 * `UsageError` for a strength outside 0 to 1.
 *
 * @example
 * import { loadMotion } from 'lamp-video';
 *
 * const jumping = await loadMotion({ motion: 'runs/jumps', strength: 0.8 });
 * console.log(jumping.info.prompt, jumping.info.frames);
 */
export async function loadMotion(options: LoadMotionOptions): Promise<LoadedMotion> {
  const { motion, strength = 1 } = checkOptions('loadMotion', options, {
    motion: field.path,
    strength: field.number.optional(),
  });
  if (!(strength >= 0 && strength <= 1)) {
    throw new UsageError(`the strength of motion "${motion}" is ${strength}; give a number from 0 to 1.`);
  }
  const path = await findMotionFile(motion);
  return { path, strength, ...(await readMotion(path)) };
}

/**
 * The motions that `motion` or `motions` mean, at least one. Throws what `loadMotion` throws, and `UsageError` for
 * none or both.
 */
export async function givenMotions(
  name: string,
  { motion, motions }: { readonly motion?: MotionChoice; readonly motions?: readonly MotionChoice[] },
): Promise<LoadedMotion[]> {
  const choices = motions ?? (motion === undefined ? [] : [motion]);
  if (choices.length === 0 || (motion !== undefined && motions !== undefined)) {
    throw new UsageError(
      `${name} needs one of the options "motion" (${expected}) and "motions" (a list of them).`,
    );
  }
  const loaded: LoadedMotion[] = [];
  for (const choice of choices) loaded.push(await givenMotion(choice));
  return loaded;
}

/** The motion that is meant: see `loadMotion`. */
export async function givenMotion(choice: MotionChoice): Promise<LoadedMotion> {
  if (typeof choice === 'string') return loadMotion({ motion: choice });
  return 'values' in choice ? choice : loadMotion(choice);
}

function isChoice(value: unknown): boolean {
  if (typeof value === 'string') return value !== '';
  const { motion, values, info, path } = (value ?? {}) as Partial<LoadMotionOptions & LoadedMotion>;
  return (
    typeof motion === 'string' ||
    (values instanceof Map && typeof info === 'object' && typeof path === 'string')
  );
}
