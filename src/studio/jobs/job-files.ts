/**
 * @file Jobs as folders that anything can read: `job.json` (what is wanted), `events.jsonl` (what happened), `lock`
 * (the process that works on it), `error.json` (why the last attempt failed), `held` (it is not to be begun by itself).
 */
import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { asStorageError, writeJsonAtomically } from '../../checkpoints/atomic-write.ts';
import { isFile } from '../../checkpoints/exists.ts';
import { readJsonFile } from '../../checkpoints/json-file.ts';
import { makeFolders } from '../../checkpoints/make-folders.ts';
import { CheckpointError, UsageError } from '../../errors.ts';
import type { PackedError } from '../../library/packed-error.ts';
import { lockOwner } from '../../training/run-lock.ts';
import { runPaths } from '../../training/run-paths.ts';
import { readShownRun } from '../run-record.ts';
import type { StudioFolder } from '../studio-folder.ts';
import {
  type Job,
  type JobKind,
  type JobRecord,
  type JobState,
  jobIdPattern,
  jobRecordSchema,
} from './job.ts';

/** Paths of a job's parts. */
export interface JobPaths {
  readonly folder: string;
  readonly record: string;
  readonly events: string;
  readonly error: string;
  readonly held: string;
  /** What its process prints, such as a crash of the engine. */
  readonly log: string;
  /** A small picture of what it is making, while it does. */
  readonly preview: string;
  /** What it is estimated to take. */
  readonly cost: string;
}

/** Paths of the job `id`. Throws `UsageError` for what is no identifier, such as `../x`. */
export function jobPaths({ jobs }: Pick<StudioFolder, 'jobs'>, id: string): JobPaths {
  if (!jobIdPattern.test(id)) {
    throw new UsageError({ found: `"${id}" is no job's identifier`, expected: 'one that the studio made' });
  }
  const folder = join(jobs, id);
  const at = (name: string) => join(folder, name);
  return {
    folder,
    record: at('job.json'),
    events: at('events.jsonl'),
    error: at('error.json'),
    held: at('held'),
    log: at('log.txt'),
    preview: at('preview.webp'),
    cost: at('cost.json'),
  };
}

/** A new identifier: the time, so that they sort by age, and something that tells jobs of one second apart. */
export function newJobId(now = new Date()): string {
  const [date, time] = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').split('T');
  return `${date}-${time}-${randomBytes(4).toString('hex')}`;
}

/** What a job's record may say besides its kind and options. */
export type JobExtras = Pick<JobRecord, 'run' | 'title' | 'form'>;

/**
 * Writes a new job; it is not begun. Throws `UsageError` where options cannot be JSON, `StorageError`.
 */
export async function writeJob(
  studio: StudioFolder,
  kind: JobKind,
  options: Readonly<Record<string, unknown>>,
  extras: JobExtras = {},
): Promise<JobRecord> {
  const { out: _, ...others } = options;
  const id = newJobId();
  const record: JobRecord = {
    format: 'lamp-job',
    version: 1,
    id,
    kind,
    options: others,
    made: new Date().toISOString(),
    ...extras,
  };
  const wrong = jobRecordSchema.safeParse(record).error;
  if (wrong) throw new UsageError({ found: `this is no job: ${wrong.issues[0]?.message}` });
  const paths = jobPaths(studio, id);
  await makeFolders(paths.folder);
  try {
    await writeJsonAtomically(paths.record, record);
  } catch (error) {
    // A folder without a request is no job.
    await rm(paths.folder, { recursive: true, force: true }).catch(() => {});
    throw error;
  }
  return record;
}

/** A job with its state. Throws `CheckpointError` where its `job.json` is missing or damaged. */
export async function readJob(studio: StudioFolder, id: string): Promise<Job> {
  const paths = jobPaths(studio, id);
  const record = await readJsonFile(paths.record, jobRecordSchema, "a job's request");
  if (record.id !== id) {
    throw new CheckpointError({
      found: `the job in "${paths.folder}" says that it is "${record.id}"`,
      expected: id,
    });
  }
  return { ...record, ...(await stateOf(studio, record, paths)) };
}

/** The jobs of a studio, oldest first; folders that hold none are left out. */
export async function listJobs(studio: StudioFolder): Promise<Job[]> {
  const names = await readdir(studio.jobs).catch(() => []);
  const ids = names.filter((name) => jobIdPattern.test(name)).sort();
  const read = await Promise.all(ids.map((id) => readJob(studio, id).catch(() => undefined)));
  return read.filter((job) => job !== undefined);
}

/** Removes a job's folder. Its result stays. */
export async function removeJob(studio: StudioFolder, id: string): Promise<void> {
  await rm(jobPaths(studio, id).folder, { recursive: true, force: true });
}

/** Says that a job is not to be begun by itself, or may be. */
export async function holdJob(studio: StudioFolder, id: string, held: boolean): Promise<void> {
  const path = jobPaths(studio, id).held;
  if (held) await writeFile(path, '').catch((error) => Promise.reject(asStorageError(error, path)));
  else await rm(path, { force: true });
}

/** Where a job's result is to be: a run folder, or a file without its ending. */
export function resultPath(
  studio: StudioFolder,
  { id, kind, run }: Pick<JobRecord, 'id' | 'kind' | 'run'>,
): string {
  const folder = {
    learn: 'motions',
    generate: 'videos',
    animate: 'videos',
    edit: 'videos',
    draw: 'pictures',
  } as const;
  return join(studio[folder[kind]], run ?? id);
}

/** The result, if it is complete. */
async function resultOf(studio: StudioFolder, job: JobRecord): Promise<string | undefined> {
  const path = resultPath(studio, job);
  if (job.kind === 'learn') {
    const finished = await readShownRun(path).then(
      // A run that is to go on was complete before with fewer steps.
      ({ finished: when, settings }) =>
        when !== null && (job.run === undefined || settings.steps >= Number(job.options.steps ?? 0)),
      () => false,
    );
    return finished && (await isFile(runPaths(path).motion)) ? path : undefined;
  }
  for (const ending of job.kind === 'draw' ? ['.png'] : ['.mp4', '.gif'])
    if (await isFile(path + ending)) return path + ending;
  return undefined;
}

async function stateOf(studio: StudioFolder, job: JobRecord, paths: JobPaths): Promise<JobState> {
  // In this order: a process that has just ended has written its result or its error before it gave up the lock.
  const owner = await lockOwner(paths.folder);
  if (owner !== undefined) return { state: 'running', pid: owner };
  const result = await resultOf(studio, job);
  if (result !== undefined) return { state: 'done', result };
  const error = await readError(paths);
  if (error) return { state: 'failed', error };
  if (await isFile(paths.held)) return { state: 'held' };
  return { state: (await wasBegun(paths)) ? 'stopped' : 'waiting' };
}

const errorSchema = z.object({ name: z.string(), message: z.string() }).loose();

async function readError({ error }: JobPaths): Promise<PackedError | undefined> {
  const read = await readJsonFile(error, errorSchema, "a job's error").catch(() => undefined);
  return read as PackedError | undefined;
}

/** Whether the job was begun, and has not made way since. */
async function wasBegun({ events }: JobPaths): Promise<boolean> {
  const text = await readFile(events, 'utf8').catch(() => '');
  const last = (type: JobMark) => text.lastIndexOf(`"type":"${type}"`);
  return Math.max(last('started'), last('begun')) > last('madeWay');
}

/** Events of the job itself: its process was started, began, and ended in one of four ways. */
export type JobMark = 'started' | 'begun' | 'done' | 'failed' | 'stopped' | 'madeWay';

/** What happened to a job: the library's events, and when an attempt began and how it ended. */
export type JobEvent = { readonly type: string; readonly at: string } & Readonly<Record<string, unknown>>;

/** Appends events to a job, one line each. */
export async function openEvents(paths: Pick<JobPaths, 'events'>): Promise<{
  append(event: { readonly type: string }): void;
  close(): Promise<void>;
}> {
  const file = await open(paths.events, 'a').catch((error) =>
    Promise.reject(asStorageError(error, paths.events)),
  );
  // A line that a kill cut short is ended, so that the next one can be read.
  const { size } = await file.stat();
  let pending: Promise<unknown> = Promise.resolve();
  const write = (text: string) => {
    pending = pending.then(() => file.write(text)).catch(() => {});
  };
  if (size > 0) write('\n');
  return {
    append: (event) => write(`${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`),
    async close() {
      await pending;
      await file.close();
    },
  };
}

/** The events of a job from a position in the file on, and the position after them. Damaged lines are left out. */
export async function readEvents(
  studio: StudioFolder,
  id: string,
  from = 0,
): Promise<{ readonly events: readonly JobEvent[]; readonly to: number }> {
  const bytes = await readFrom(jobPaths(studio, id).events, from);
  const length = bytes.lastIndexOf(0x0a) + 1;
  if (length === 0) return { events: [], to: from };
  const lines = bytes.subarray(0, length).toString('utf8').split('\n');
  return { events: lines.flatMap((line) => eventIn(line) ?? []), to: from + length };
}

/** The bytes of a file from a position on; none where there is no such file. */
async function readFrom(path: string, from: number): Promise<Buffer> {
  const file = await open(path).catch(() => undefined);
  if (!file) return Buffer.alloc(0);
  try {
    const length = Math.max(0, (await file.stat()).size - from);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function eventIn(line: string): JobEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'type' in value ? (value as JobEvent) : undefined;
  } catch {
    return undefined;
  }
}
