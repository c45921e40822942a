/** @file What a job is estimated to take: `cost.json` in its folder, which is there once it is known. */
import { writeJsonAtomically } from '../../checkpoints/atomic-write.ts';
import { readJsonFile } from '../../checkpoints/json-file.ts';
import type { StudioFolder } from '../studio-folder.ts';
import { type JobCost, jobCostSchema } from './job.ts';
import { jobPaths } from './job-files.ts';

/** What was written down for a job; nothing where nothing readable was. */
export function readCost(studio: StudioFolder, id: string): Promise<JobCost> {
  return readJsonFile(jobPaths(studio, id).cost, jobCostSchema, "a job's cost").catch(() => ({}));
}

/** Writes down what a job takes. Throws `StorageError`, also where there is no such job any more. */
export function writeCost(studio: StudioFolder, id: string, cost: JobCost): Promise<void> {
  return writeJsonAtomically(jobPaths(studio, id).cost, cost);
}
