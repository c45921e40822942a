/** @file A training that starts from an existing motion: its values are the initial ones, the rest is new. */
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { CheckpointError, UsageError } from '../../errors.ts';
import type { OnEvent } from '../../events.ts';
import type { BaseModel } from '../../models/base-model.ts';
import { assertFitsBase, type Motion, readMotion } from '../../motion/file/motion-file.ts';
import { motionFingerprint } from '../../motion/file/motion-fingerprint.ts';
import { findMotionFile } from '../../motion/file/motion-path.ts';
import { motionParameters } from '../../motion/motion-parameters.ts';
import { phrase, setting } from '../../phrases.ts';
import { concerning } from '../../renamed-setting.ts';
import type { RunRecord } from '../../training/run-folder.ts';
import type { TrainingInput, TrainingSettings } from '../../training/training-settings.ts';

/** The motion that a training starts from. */
export interface StartMotion extends Motion {
  /** What the run's record says of it. */
  readonly record: NonNullable<RunRecord['startedFrom']>;
}

/** Reads the motion at a path: a motion file, a run folder, or a checkpoint. Throws `CheckpointError`. */
export function readStart(path: string): Promise<StartMotion> {
  return concerning('startFrom', async () => {
    const file = resolve(await findMotionFile(path));
    const motion = await readMotion(file);
    const record = { path: file, sha256: motionFingerprint(motion.values), steps: motion.info.steps };
    return { ...motion, record };
  }, ['motion']);
}

/** The settings of a training that are those of the motion it starts from, unless others are given. */
export function settingsOfStart({ info }: Pick<Motion, 'info'>): Partial<TrainingInput> {
  const { variant, rank = 0, frames, width, height } = info;
  return { variant, rank, frames, width, height };
}

/**
 * Throws unless a training with these settings can start from the motion: `UsageError` for another variant or rank,
 * `CheckpointError` if it was trained on a base of another architecture, or has values that are not trained. A base
 * with other weights is accepted with a notice.
 */
export function assertCanStart(
  motion: StartMotion,
  settings: TrainingSettings,
  base: BaseModel,
  onEvent: OnEvent | undefined,
): void {
  const { path } = motion.record;
  const own = settingsOfStart(motion);
  for (const name of ['variant', 'rank'] as const) {
    if (isDeepStrictEqual(settings[name], own[name])) continue;
    throw new UsageError({
      found: phrase`${setting(name)} is ${JSON.stringify(settings[name])}, but that of the motion "${path}" is ${JSON.stringify(own[name])}`,
      setting: name,
      advice: phrase`Omit ${setting(name)}, or train without ${setting('startFrom')}.`,
    });
  }
  assertFitsBase(path, motion, base, { onEvent });
  const trained = motionParameters(base.unet.weights.shapes, settings.variant, settings.rank);
  if (trained.length === motion.values.size) return;
  throw new CheckpointError({
    found: `motion "${path}" has norms of its own, which are not trained here`,
    setting: 'startFrom',
    advice: phrase`Train without ${setting('startFrom')}.`,
  });
}

/**
 * The motion that a resumed run was started from, for the case that no checkpoint of its own was written yet: at `path`
 * if it has moved. Throws `CheckpointError` if it is missing or not the same any more.
 */
export async function readStartAgain(
  { path: before, sha256 }: StartMotion['record'],
  path: string = before,
): Promise<StartMotion> {
  const motion = await readStart(path);
  if (motion.record.sha256 === sha256) return motion;
  throw new CheckpointError({
    found: `"${path}" is not the motion that the run was started from`,
    expected: `the one with the fingerprint ${sha256}`,
    setting: 'startFrom',
    advice: phrase`Give its path with ${setting('startFrom')}, or train under another ${setting('out')}.`,
  });
}
