/** @file How far a training is and how fast, as its run folder says, whoever makes it. */
import { runPaths } from '../../training/run-paths.ts';
import { readShownRun } from '../run-record.ts';
import { latestMetrics, type TakenStep } from './metrics-columns.ts';

/** Steps taken, the last of them, and seconds that the rest takes; without steps, no seconds are known. */
export interface RunPace {
  readonly last: TakenStep | undefined;
  readonly secondsLeft: number | undefined;
}

/** The pace of the run in a folder, which is to take `total` steps. */
export async function paceOf(folder: string, total: number): Promise<RunPace> {
  const metrics = await latestMetrics(runPaths(folder).metrics);
  const last = metrics.at(-1);
  // Of the last steps, the latest count most.
  let [sum, weight] = [0, 0];
  for (const { seconds } of metrics) {
    sum = 0.9 * sum + seconds;
    weight = 0.9 * weight + 1;
  }
  return { last, secondsLeft: last && (sum / weight) * Math.max(0, total - last.step) };
}

/** Seconds that are left of a run which is to take `steps`, default its own; `undefined` where it has not begun. */
export async function secondsLeftOf(folder: string, steps?: number): Promise<number | undefined> {
  const run = await readShownRun(folder).catch(() => undefined);
  return run && (await paceOf(folder, steps ?? run.settings.steps)).secondsLeft;
}
