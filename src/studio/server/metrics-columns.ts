/** @file The metrics of trainings in columns, read from their files only as far as these have grown. */
import { open } from 'node:fs/promises';
import { runPaths } from '../../training/run-paths.ts';
import type { ApiMetrics } from '../api/motion-api.ts';

const names = ['step', 'loss', 'learningRate', 'gradNorm', 'seconds'] as const;

type Columns = Record<(typeof names)[number], number[]>;

interface Known {
  readonly inode: number;
  /** Bytes that were read, up to the end of a line. */
  to: number;
  readonly columns: Columns;
  /** Losses on held-out clips, and the steps after which they were taken. */
  readonly heldOut: { readonly step: number[]; readonly loss: number[] };
}

/** Most metrics files whose columns are kept. */
const mostKept = 8;

/** Reads metrics. */
export interface MetricsReader {
  /**
   * The metrics of the run in a folder after the first `from` steps, up to step `last`; see `metricsSchema`. Who knows
   * more steps than that is told all of them anew.
   */
  after(folder: string, from: number, last?: number): Promise<ApiMetrics>;
}

/** See {@link MetricsReader}. */
export function metricsReader(): MetricsReader {
  const kept = new Map<string, Known>();
  return {
    async after(folder, from, last = Number.POSITIVE_INFINITY) {
      const { columns, heldOut } = await grown(runPaths(folder).metrics, kept);
      // Each step has its place.
      const to = Math.min(last, columns.step.length);
      const begin = from <= to ? from : 0;
      const part = names.map((name) => [name, columns[name].slice(begin, to)]);
      const isAsked = (_: number, i: number) => heldOut.step[i]! > begin && heldOut.step[i]! <= to;
      const step = heldOut.step.filter(isAsked);
      return {
        from: begin,
        to,
        ...(Object.fromEntries(part) as Columns),
        ...(step.length > 0 && { heldOut: { step, loss: heldOut.loss.filter(isAsked) } }),
      };
    },
  };
}

async function grown(path: string, kept: Map<string, Known>): Promise<Omit<Known, 'inode' | 'to'>> {
  const empty = () => ({
    columns: { step: [], loss: [], learningRate: [], gradNorm: [], seconds: [] } as Columns,
    heldOut: { step: [], loss: [] },
  });
  const file = await open(path).catch(() => undefined);
  if (!file) return empty();
  try {
    const { ino: inode, size } = await file.stat();
    const before = kept.get(path);
    // Going on with a training writes the file anew.
    const known =
      before && before.inode === inode && before.to <= size ? before : { inode, to: 0, ...empty() };
    kept.delete(path);
    kept.set(path, known);
    for (const oldest of [...kept.keys()].slice(0, -mostKept)) kept.delete(oldest);
    const from = known.to;
    const { bytesRead, buffer } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    const text = buffer.subarray(0, bytesRead);
    const end = text.lastIndexOf(0x0a) + 1;
    // Another request may have read the same meanwhile.
    if (known.to !== from) return known;
    known.to = from + end;
    for (const line of text.subarray(0, end).toString('utf8').split('\n')) addLine(known, line);
    return known;
  } finally {
    await file.close();
  }
}

function addLine({ columns, heldOut }: Pick<Known, 'columns' | 'heldOut'>, line: string): void {
  try {
    const value = JSON.parse(line) as Record<string, unknown>;
    if (value.step !== columns.step.length + 1) return;
    for (const name of names) columns[name].push(Number(value[name]));
    if (typeof value.heldOutLoss !== 'number') return;
    heldOut.step.push(columns.step.length);
    heldOut.loss.push(value.heldOutLoss);
  } catch {
    // A line that a kill cut short, and the end.
  }
}

/** Bytes at the end of a metrics file that hold its last lines: some dozens. */
const lastBytes = 4096;

/** A step that was taken. */
export interface TakenStep {
  readonly step: number;
  readonly loss: number;
  /** What it took. */
  readonly seconds: number;
}

/** The last steps in a metrics file, as many as its end holds; none where there is no file. */
export async function latestMetrics(path: string): Promise<TakenStep[]> {
  const file = await open(path).catch(() => undefined);
  if (!file) return [];
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - lastBytes);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    const lines = buffer.subarray(0, bytesRead).toString('utf8').split('\n').slice(0, -1);
    return lines.flatMap((line) => stepIn(line) ?? []);
  } finally {
    await file.close();
  }
}

/** A line's step; none in one that is cut short. */
function stepIn(line: string): TakenStep | undefined {
  try {
    const { step, loss, seconds } = JSON.parse(line) as TakenStep;
    return typeof step === 'number' ? { step, loss: Number(loss), seconds: Number(seconds) } : undefined;
  } catch {
    return undefined;
  }
}
