/** @file Where a job's process writes its result; what a video's format is depends on the codecs, which this loads. */
import { usualFormat } from '../../media/video-target.ts';
import type { StudioFolder } from '../studio-folder.ts';
import type { JobRecord } from './job.ts';
import { resultPath } from './job-files.ts';

/** The `out` of a job's call: a run folder, or a file. */
export async function outOf(
  studio: StudioFolder,
  job: Pick<JobRecord, 'id' | 'kind' | 'run'>,
): Promise<string> {
  const path = resultPath(studio, job);
  if (job.kind === 'learn') return path;
  return job.kind === 'draw' ? `${path}.png` : `${path}.${await usualFormat()}`;
}
