/** @file Describes motions, runs and their checkpoints. */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { exists } from '../checkpoints/exists.ts';
import { openSafetensors, type SafetensorsFile } from '../checkpoints/safetensors.ts';
import { sizeOf } from '../graph/host-tensor.ts';
import { type MotionInfo, readMotionInfo } from '../motion/file/motion-file.ts';
import { isCheckpoint, listCheckpoints } from '../training/checkpoint.ts';
import { readMetrics, type StepMetrics } from '../training/metrics.ts';
import { type RunRecord, readRun, runPaths } from '../training/run-folder.ts';

/** Number of values in a file. */
interface ValueCount {
  readonly parameters: number;
  readonly tensors: number;
  /** Size of the file. */
  readonly bytes: number;
}

/** Description of a motion file. */
export interface MotionInspection extends MotionInfo, ValueCount {
  readonly kind: 'motion';
  readonly path: string;
}

/** Description of a training checkpoint. */
export interface CheckpointInspection extends ValueCount {
  readonly kind: 'checkpoint';
  readonly path: string;
  /** Steps taken. */
  readonly step: number;
  /** Folder of its run, if it is in one. */
  readonly run?: string;
  /** Its motion, which can be used as from a motion file; absent if an earlier version wrote it. */
  readonly motion?: MotionInfo;
}

/** Description of a run. */
export interface RunInspection extends RunRecord {
  readonly kind: 'run';
  readonly path: string;
  readonly stepsTaken: number;
  /** Its checkpoints, the first step first. */
  readonly checkpoints: readonly { readonly step: number; readonly path: string }[];
  readonly lastMetrics?: StepMetrics;
  /** Losses on the held-out clips, in the order of the steps; absent if there are none. */
  readonly heldOutLosses?: readonly { readonly step: number; readonly loss: number }[];
  /** Mean losses over the first and last `steps` steps, since single losses vary too much. */
  readonly meanLoss?: { readonly steps: number; readonly first: number; readonly last: number };
}

/** Describes a safetensors file that is a motion or a training checkpoint. Throws `CheckpointError` for others. */
export async function inspectTrained(path: string): Promise<MotionInspection | CheckpointInspection> {
  const file = await openSafetensors(path);
  const count = await valuesIn(file, path);
  if (isCheckpoint(file.metadata)) {
    const run = dirname(dirname(path));
    const isInRun = await exists(runPaths(run).record);
    const step = Number(file.metadata.step);
    const motion = file.metadata.motion === undefined ? undefined : await readMotionInfo(path);
    return { kind: 'checkpoint', path, step, ...count, ...(isInRun && { run }), ...(motion && { motion }) };
  }
  return { kind: 'motion', path, ...(await readMotionInfo(path)), ...count };
}

/** Describes a run folder. Throws `StorageError` if its `run.json` is damaged. */
export async function inspectRun(path: string): Promise<RunInspection> {
  const run = await readRun(path);
  const metrics = await readMetrics(runPaths(path).metrics);
  const last = metrics.at(-1);
  const heldOutLosses = metrics.flatMap(({ step, heldOutLoss: loss }) =>
    loss === undefined ? [] : [{ step, loss }],
  );
  const meanLoss = meansOf(metrics.map(({ loss }) => loss));
  return {
    kind: 'run',
    path,
    stepsTaken: last?.step ?? 0,
    checkpoints: (await listCheckpoints(runPaths(path).checkpoints)).reverse(),
    ...(last && { lastMetrics: last }),
    ...(run.heldOut && { heldOutLosses }),
    ...(meanLoss && { meanLoss }),
    ...run,
  };
}

function meansOf(losses: readonly number[]): RunInspection['meanLoss'] {
  if (losses.length === 0) return undefined;
  const steps = losses.length < 4 ? losses.length : Math.min(50, Math.floor(losses.length / 4));
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return { steps, first: mean(losses.slice(0, steps)), last: mean(losses.slice(-steps)) };
}

async function valuesIn({ tensors }: SafetensorsFile, path: string): Promise<ValueCount> {
  const parameters = [...tensors.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return { parameters, tensors: tensors.size, bytes: (await stat(path)).size };
}
