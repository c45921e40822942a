/**
 * @file A run is a folder that anything can read: `run.json` (what is trained, with what), `metrics.jsonl`, `samples/`,
 * `checkpoints/`, `motion.safetensors`; `scenes/`, which the image model drew for what is cut out of the clips; and `latents/`,
 * what the VAE made of the clips. The last two may be deleted afterwards.
 */

import { mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { asStorageError, removeLeftovers, writeJsonAtomically } from '../checkpoints/atomic-write.ts';
import { exists } from '../checkpoints/exists.ts';
import { parseJson } from '../checkpoints/json-text.ts';
import { onOneLine } from '../checkpoints/one-line.ts';
import { isThere, readUserFile } from '../checkpoints/user-file.ts';
import { StorageError } from '../errors.ts';
import { phrase, setting } from '../phrases.ts';
import { wrongInFile } from '../wrong-settings.ts';
import { trainingClipSchema } from './clip-set.ts';
import { LOCK_NAME, lockFolder } from './run-lock.ts';
import { settingsSchema } from './training-settings.ts';

/** A hundred thousand clips take fewer. */
const MAX_VALUES = 1_000_000;

const versionsSchema = z.record(z.string(), z.string());

const runSchema = z.object({
  format: z.literal('lamp-run'),
  /** Version 1 took frames by number, whatever a player shows of a clip. */
  version: z.union([z.literal(1), z.literal(2)]),
  /** Versions of this package and of what computes, when the run was begun. */
  versions: versionsSchema,
  settings: settingsSchema,
  /** What `settings.recompute` came to: whether inner values were computed again. Older runs lack it. */
  recomputed: z.boolean().optional(),
  /**
   * In how many of the clips what moves can be cut out: the share `settings.copyPaste` is of the views of these alone. Absent where it
   * is 0, until the clips have been looked at, and in older runs.
   */
  cutClips: z.int().min(0).optional(),
  base: z.object({
    name: z.string(),
    /** Identities of the weights (see `fingerprint`). */
    unet: z.string(),
    vae: z.string(),
    textEncoder: z.string(),
  }),
  clips: z.array(trainingClipSchema),
  /** ISO dates; `finished` is null until all steps are taken. */
  started: z.string(),
  finished: z.string().nullable(),
});

/** What `run.json` says. */
export type RunRecord = z.infer<typeof runSchema>;

/** Paths of a run's parts. */
export interface RunPaths {
  readonly folder: string;
  readonly record: string;
  readonly metrics: string;
  readonly motion: string;
  readonly samples: string;
  readonly checkpoints: string;
  readonly scenes: string;
  readonly latents: string;
}

/** Where the parts of the run in `folder` are. */
export function runPaths(folder: string): RunPaths {
  return {
    folder,
    record: join(folder, 'run.json'),
    metrics: join(folder, 'metrics.jsonl'),
    motion: join(folder, 'motion.safetensors'),
    samples: join(folder, 'samples'),
    checkpoints: join(folder, 'checkpoints'),
    scenes: join(folder, 'scenes'),
    latents: join(folder, 'latents'),
  };
}

/**
 * Checks that a run can be begun in `folder`: it does not exist or is empty. Throws `StorageError` when there is a run or
 * anything else; touches nothing.
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
  // A run that was killed before its first file was written leaves a lock and unfinished files: nothing of value.
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

/** Reads `run.json` of the run to resume. Throws `StorageError` when there is none or it is damaged. */
export async function readRun(folder: string): Promise<RunRecord> {
  const { record } = runPaths(folder);
  if (!(await isThere(record))) {
    throw new StorageError({
      found: `there is no run in "${folder}" to resume (no run.json)`,
      setting: 'out',
      advice: phrase`Leave out ${setting('resume', true)} to begin one, or check ${setting('out')}.`,
    });
  }
  const refuse = (reason: string, cause?: unknown) =>
    new StorageError(`cannot read "${record}": ${reason}`, { cause });
  const text = (await readUserFile(record, refuse)).toString('utf8');
  try {
    const value = parseJson(text, { values: MAX_VALUES });
    const parsed = runSchema.safeParse(value);
    if (parsed.success) return asBegun(parsed.data);
    throw new StorageError(
      `"${record}" is damaged or of another version: ${wrongInFile(parsed.error, runSchema, value)}.`,
    );
  } catch (error) {
    if (error instanceof StorageError) throw error;
    throw new StorageError(`"${record}" is damaged: ${onOneLine((error as Error).message)}.`);
  }
}

/** A run of version 1 goes on with the frames that it began with. */
function asBegun(record: RunRecord): RunRecord {
  if (record.version > 1) return record;
  return { ...record, settings: { ...record.settings, clipFps: 'frames', window: 'random' } };
}

/** Writes `run.json`. Throws `StorageError`. */
export async function writeRun(folder: string, record: RunRecord): Promise<void> {
  await writeJsonAtomically(runPaths(folder).record, record);
}

/**
 * Makes the folder if need be, takes its lock, and clears away what a killed process left unfinished. Returns a function
 * that gives the lock back. Throws `StorageError`.
 */
export async function openRunFolder(folder: string): Promise<() => Promise<void>> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw asStorageError(error, folder);
  }
  const unlock = await lockFolder(folder);
  try {
    const { samples, checkpoints } = runPaths(folder);
    for (const each of [folder, samples, checkpoints]) await removeLeftovers(each);
    return unlock;
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** A run whose training has not taken all its steps. */
export interface UnfinishedRun {
  readonly folder: string;
  /** How many steps it is to take. */
  readonly steps: number;
}

/** The run that a motion file is of, where it is that of a run and this is not finished; `taken`: steps of the motion. */
export async function unfinishedRun(motion: string, taken: number): Promise<UnfinishedRun | undefined> {
  const folder = dirname(motion);
  if (basename(motion) !== basename(runPaths(folder).motion)) return undefined;
  const run = await readRun(folder).catch(() => undefined);
  if (!run || run.finished !== null || taken >= run.settings.steps) return undefined;
  return { folder, steps: run.settings.steps };
}
