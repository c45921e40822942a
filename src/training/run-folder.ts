/**
 * @file A run is a folder of plain files: `run.json` (settings, base and clips), `metrics.jsonl`, `samples/`,
 * `checkpoints/`, `motion.safetensors`; `scenes/`, the backgrounds that the image model drew for copy-paste
 * augmentation; and `latents/`, the encoded clips. The last two may be deleted once training is finished.
 */

import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { asStorageError, removeLeftovers, writeJsonAtomically } from '../checkpoints/atomic-write.ts';
import { exists } from '../checkpoints/exists.ts';
import { parseJson } from '../checkpoints/json-text.ts';
import { onOneLine } from '../checkpoints/one-line.ts';
import { makeFolder } from '../checkpoints/place-to-write.ts';
import { isThere, type Refuse, readUserFile } from '../checkpoints/user-file.ts';
import { StorageError } from '../errors.ts';
import { introduced, phrase, setting } from '../phrases.ts';
import { memoryModes } from '../runtime/memory-mode.ts';
import { wrongInFile } from '../wrong-settings.ts';
import { trainingClipSchema } from './data/training-clip.ts';
import { LOCK_NAME, lockFolder } from './run-lock.ts';
import { runPaths } from './run-paths.ts';
import { dropStops } from './training-requests.ts';
import { settingsSchema } from './training-settings.ts';

export { type RunPaths, runPaths } from './run-paths.ts';

/** Limit on the number of JSON values; a run with 100 000 clips stays below it. */
const MAX_VALUES = 1_000_000;

const versionsSchema = z.record(z.string(), z.string());

const recordSchema = z.object({
  format: z.literal('lamp-run'),
  /** Version 1 took frames as the file stores them, not as a player shows them. */
  version: z.union([z.literal(1), z.literal(2)]),
  /** Versions of this package and its engine when the run was begun. */
  versions: versionsSchema,
  settings: settingsSchema,
  /** The mode that `settings.memory` was resolved to. Absent in older runs. */
  memory: z.enum(memoryModes).optional(),
  /** Number of threads that computed it first. Absent on a graphics card, and in older runs. */
  threads: z.int().min(1).optional(),
  /**
   * Number of clips whose moving object can be cut out; `settings.copyPaste` applies to the views of these only. Absent
   * if that setting is 0, until the clips have been examined, and in older runs.
   */
  cutClips: z.int().min(0).optional(),
  /** The motion that the training started from. Absent if it started from the image model. */
  startedFrom: z
    .object({
      path: z.string(),
      /** Identity of its values. */
      sha256: z.string(),
      /** Steps that it was trained for. */
      steps: z.int().min(0),
    })
    .optional(),
  base: z.object({
    name: z.string(),
    /** Identities of the weights (see `fingerprint`). */
    unet: z.string(),
    vae: z.string(),
    textEncoder: z.string(),
  }),
  clips: z.array(trainingClipSchema),
  /** Clips that are not trained on, on which the loss is measured. Absent if there are none. */
  heldOut: z.array(trainingClipSchema).optional(),
  /** ISO dates; `finished` is null until training is complete. */
  started: z.string(),
  finished: z.string().nullable(),
});

/** The contents of `run.json`. */
export type RunRecord = z.infer<typeof recordSchema>;

/** Older runs had `recompute` (`auto`, `on`, `off`) in the place of `memory`, and `recomputed` for what it came to. */
const runSchema = z.preprocess((value) => {
  if (!isObject(value) || !isObject(value.settings) || !('recompute' in value.settings)) return value;
  const { recomputed, settings, ...record } = value;
  const { recompute, ...others } = settings as Record<string, unknown>;
  const memory = recompute === 'on' ? 'balanced' : recompute === 'off' ? 'fast' : recompute;
  return {
    ...record,
    ...(typeof recomputed === 'boolean' && { memory: recomputed ? 'balanced' : 'fast' }),
    settings: { ...others, memory },
  };
}, recordSchema);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Checks that a run can be begun in `folder`: it does not exist or is empty. Throws `StorageError` if it holds a run or
 * anything else. Changes nothing.
 */
export async function assertNoRun(folder: string): Promise<void> {
  const { record } = runPaths(folder);
  if (await exists(record)) {
    throw new StorageError({
      found: `"${folder}" already holds a run`,
      setting: 'out',
      advice: phrase`Add ${setting('resume', true)} to go on with it, or choose another ${setting('out')}.`,
    });
  }
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw asStorageError(error, folder);
  });
  // A run that was killed before its first file was written leaves only a lock and temporary files.
  const foreign = names.filter((name) => name !== LOCK_NAME && !/^(lock|run\.json)\.tmp-/.test(name));
  if (foreign.length > 0) {
    const some = foreign.slice(0, 3).join(', ');
    throw new StorageError({
      found: `"${folder}" is not empty (it holds ${some}${foreign.length > 3 ? ', …' : ''}) and is no run`,
      setting: 'out',
      advice: phrase`Choose another ${setting('out')}.`,
    });
  }
}

/** Reads `run.json` of the run to resume. Throws `StorageError` if it is missing or damaged. */
export async function readRun(folder: string): Promise<RunRecord> {
  const { record } = runPaths(folder);
  if (!(await isThere(record))) {
    throw new StorageError({
      found: `there is no run in "${folder}" to resume (no run.json)`,
      setting: 'out',
      advice: phrase`Leave out ${setting('resume', true)} to begin one, or check ${setting('out')}.`,
    });
  }
  const refuse: Refuse = (reason, cause) =>
    new StorageError(introduced(`cannot read "${record}": `, reason), { cause });
  const text = (await readUserFile(record, refuse)).toString('utf8');
  try {
    const value = parseJson(text, { values: MAX_VALUES });
    const parsed = runSchema.safeParse(value);
    if (parsed.success) return asBegun(parsed.data);
    const wrong = wrongInFile(parsed.error, runSchema, value);
    throw new StorageError(introduced(`"${record}" is damaged or of another version: `, wrong));
  } catch (error) {
    if (error instanceof StorageError) throw error;
    throw new StorageError(
      {
        found: `"${record}" is damaged: ${onOneLine((error as Error).message)}`,
        setting: 'out',
        advice: phrase`Restore it from a copy, or begin a new run with another ${setting('out')}.`,
      },
      { cause: error },
    );
  }
}

/** A run of version 1 keeps the frame selection that it was begun with. */
function asBegun(record: RunRecord): RunRecord {
  if (record.version > 1) return record;
  return { ...record, settings: { ...record.settings, clipFps: 'frames', window: 'random' } };
}

/** Writes `run.json`. Throws `StorageError`. */
export async function writeRun(folder: string, record: RunRecord): Promise<void> {
  await writeJsonAtomically(runPaths(folder).record, record);
}

/**
 * Creates the folder if necessary, locks it, and removes temporary files that a killed process left. Returns a function
 * that releases the lock. Throws `StorageError`.
 */
export async function openRunFolder(folder: string): Promise<() => Promise<void>> {
  await makeFolder(folder);
  const unlock = await lockFolder(folder);
  try {
    const { samples, checkpoints, control } = runPaths(folder);
    for (const each of [folder, samples, checkpoints, control]) await removeLeftovers(each);
    await dropStops(control);
    return unlock;
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** A run whose training is not complete. */
export interface UnfinishedRun {
  readonly folder: string;
  /** Number of steps it is meant to take. */
  readonly steps: number;
}

/**
 * The run that a motion file belongs to, if there is one and its training is not complete. `taken` is the number of
 * steps that the motion was trained for.
 */
export async function unfinishedRun(motion: string, taken: number): Promise<UnfinishedRun | undefined> {
  const folder = dirname(motion);
  if (basename(motion) !== basename(runPaths(folder).motion)) return undefined;
  const run = await readRun(folder).catch(() => undefined);
  if (!run || run.finished !== null || taken >= run.settings.steps) return undefined;
  return { folder, steps: run.settings.steps };
}
