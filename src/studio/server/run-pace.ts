/** @file How far a training is and how fast, as its run folder says, whoever makes it. */
import { readdir } from 'node:fs/promises';
import { exists } from '../../checkpoints/exists.ts';
import { lockOwner } from '../../training/run-lock.ts';
import { runPaths } from '../../training/run-paths.ts';
import { readShownRun } from '../run-record.ts';
import { latestMetrics, type TakenStep } from './metrics-columns.ts';

/** Steps taken, the last of them, and seconds that the rest takes; without steps, no seconds are known. */
export interface RunPace {
  readonly last: TakenStep | undefined;
  readonly secondsLeft: number | undefined;
}

/** The pace of the run in a folder, which is to take `total` steps; `from`: after this one, if it took more. */
export async function paceOf(
  folder: string,
  total: number,
  from = Number.POSITIVE_INFINITY,
): Promise<RunPace> {
  const metrics = await latestMetrics(runPaths(folder).metrics);
  const last = metrics.at(-1);
  // Of the last steps, the latest count most.
  let [sum, weight] = [0, 0];
  for (const { seconds } of metrics) {
    sum = 0.9 * sum + seconds;
    weight = 0.9 * weight + 1;
  }
  return { last, secondsLeft: last && (sum / weight) * Math.max(0, total - Math.min(last.step, from)) };
}

/** The step of a run's last checkpoint; `undefined` without one. */
export async function lastCheckpoint(folder: string): Promise<number | undefined> {
  const names = await readdir(runPaths(folder).checkpoints).catch(() => []);
  const steps = names.flatMap((name) => /^step-(\d{6,})\.safetensors$/.exec(name)?.[1] ?? []);
  return steps.length === 0 ? undefined : Math.max(...steps.map(Number));
}

/**
 * The step after which a training that rests and is not complete goes on: that of its last checkpoint. Later steps are
 * taken again. `undefined` while it runs, where it is complete, and without a checkpoint.
 */
export async function resumesAfter(folder: string): Promise<number | undefined> {
  if ((await lockOwner(folder)) !== undefined) return undefined;
  const run = await readShownRun(folder).catch(() => undefined);
  if (!run || (run.finished !== null && (await exists(runPaths(folder).motion)))) return undefined;
  return lastCheckpoint(folder);
}

/** Seconds that are left of a run which is to take `steps`, default its own; `undefined` where it has not begun. */
export async function secondsLeftOf(folder: string, steps?: number): Promise<number | undefined> {
  const run = await readShownRun(folder).catch(() => undefined);
  return run && (await paceOf(folder, steps ?? run.settings.steps, await resumesAfter(folder))).secondsLeft;
}
