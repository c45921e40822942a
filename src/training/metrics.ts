/** @file `metrics.jsonl`: one line of JSON per training step. */

import { closeSync, fsyncSync, openSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { asStorageError, writeAtomically } from '../checkpoints/atomic-write.ts';
import { isThere, type Refuse, readUserFile } from '../checkpoints/user-file.ts';
import { StorageError } from '../errors.ts';
import { introduced } from '../phrases.ts';

const lineSchema = z.object({
  /** Counted from 1. */
  step: z.int().positive(),
  loss: z.number(),
  learningRate: z.number(),
  /** Norm of all gradients before clipping. */
  gradNorm: z.number(),
  /** Duration of the step. */
  seconds: z.number(),
  /** Loss on the held-out clips after the step; absent where it was not measured. */
  heldOutLoss: z.number().optional(),
});

/** One line of `metrics.jsonl`. */
export type StepMetrics = z.infer<typeof lineSchema>;

/** An open `metrics.jsonl`. */
export interface MetricsFile {
  /** Appends a line. Throws `StorageError`. */
  append(metrics: StepMetrics): void;
  /** Flushes all lines to the disk. Throws `StorageError`. */
  flush(): void;
  close(): void;
}

/**
 * Opens the file for the steps after `step`. Lines of later steps, and a last line cut short by a kill, are removed
 * first. Throws `StorageError`.
 */
export async function openMetrics(path: string, step: number): Promise<MetricsFile> {
  const lines = (await readMetrics(path)).filter((line) => line.step <= step);
  await writeAtomically(path, (file) =>
    file.writeFile(lines.map((line) => `${JSON.stringify(line)}\n`).join('')),
  );
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw asStorageError(error, path);
    }
  };
  const file = guarded(() => openSync(path, 'a'));
  return {
    append: ({ step, loss, learningRate, gradNorm, seconds, heldOutLoss }) => {
      const line = JSON.stringify({ step, loss, learningRate, gradNorm, seconds, heldOutLoss });
      // Unlike `writeSync`, this continues after a partial write.
      guarded(() => writeFileSync(file, `${line}\n`));
    },
    flush: () => guarded(() => fsyncSync(file)),
    close: () => closeSync(file),
  };
}

/**
 * The lines of `metrics.jsonl` up to the first incomplete one; none if there is no such file. Throws `StorageError`.
 */
export async function readMetrics(path: string): Promise<StepMetrics[]> {
  if (!(await isThere(path))) return [];
  const refuse: Refuse = (reason, cause) =>
    new StorageError(introduced(`cannot read "${path}": `, reason), { cause });
  const text = (await readUserFile(path, refuse)).toString('utf8');
  const lines: StepMetrics[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    try {
      lines.push(lineSchema.parse(JSON.parse(line)));
    } catch {
      break;
    }
  }
  return lines;
}
