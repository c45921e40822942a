/** @file Works on one job: calls the library, and writes down in the job's folder what happens. */
import { rm } from 'node:fs/promises';
import { writeJsonAtomically } from '../../checkpoints/atomic-write.ts';
import { exists } from '../../checkpoints/exists.ts';
import { InterruptedError } from '../../errors.ts';
import type { WorkOptions } from '../../events.ts';
import { callsWith } from '../../library/calls.ts';
import { packError } from '../../library/packed-error.ts';
import { newGenerators } from '../../pipelines/video/kept-generators.ts';
import { lockFolder } from '../../training/run-lock.ts';
import { runPaths } from '../../training/run-paths.ts';
import type { StudioFolder } from '../studio-folder.ts';
import { type JobRecord, jobCalls } from './job.ts';
import { type JobMark, jobPaths, openEvents, readJob } from './job-files.ts';
import { outOf } from './job-out.ts';
import { previewWriter } from './job-preview.ts';

/** How an attempt ended. */
export type JobEnd = Exclude<JobMark, 'started' | 'begun'>;

/** Options of `runJob`. */
export interface RunJobOptions {
  /** Stops the job after its current step; what it has is saved. */
  readonly signal?: AbortSignal;
  /** Whether the job, when stopped, goes on by itself later; default no. */
  readonly makesWay?: () => boolean;
}

/**
 * Works on the job until it is done, fails or is stopped, and returns how it ended. A training that was begun is
 * resumed. What happens is in the job's folder, complete at any moment: the process may be killed. Throws
 * `StorageError` where another process works on it, or the folder cannot be written.
 */
export async function runJob(
  studio: StudioFolder,
  id: string,
  { signal, makesWay = () => false }: RunJobOptions = {},
): Promise<JobEnd> {
  const paths = jobPaths(studio, id);
  const unlock = await lockFolder(paths.folder);
  try {
    const job = await readJob(studio, id);
    for (const path of [paths.error, paths.preview]) await rm(path, { force: true });
    const events = await openEvents(paths);
    const end = async (how: JobEnd, more: object = {}) => {
      events.append({ type: how, ...more });
      await events.close();
      return how;
    };
    events.append({ type: 'begun' satisfies JobMark });
    try {
      await callOf(studio, job, {
        signal,
        onEvent: (event) => events.append(event),
        onPreview: previewWriter(paths),
      });
      return await end('done');
    } catch (error) {
      if (error instanceof InterruptedError) return await end(makesWay() ? 'madeWay' : 'stopped');
      const packed = packError(error);
      await writeJsonAtomically(paths.error, packed);
      return await end('failed', { error: packed });
    }
  } finally {
    await unlock();
  }
}

async function callOf(
  studio: StudioFolder,
  { id, kind, options, run }: JobRecord,
  work: WorkOptions,
): Promise<void> {
  const out = await outOf(studio, { id, kind, run });
  const resume = kind === 'learn' && (await exists(runPaths(out).record));
  const call = callsWith(newGenerators)[jobCalls[kind]] as (options: object) => Promise<unknown>;
  // Of a run that was begun by this job nothing changes; of another, what the job says.
  await call({ ...(resume ? { resume, ...(run !== undefined && options) } : options), out, ...work });
}
