/** @file Networks that take any number of inputs, compiled once for each number. */
import type { WeightFile } from '../checkpoints/weight-file.ts';
import type { FloatTensor } from '../graph/host-tensor.ts';
import type { Tensor } from '../graph/tensor.ts';
import { Weights } from '../graph/weights.ts';
import { type CompileOptions, compile, type Program, type Values } from '../runtime/program.ts';
import { withCheckpoint } from './base-model.ts';

/** A network for batches of changing size. */
export interface ProgramByCount<Outputs extends string> {
  /** Runs it on `count` inputs, after compiling it when there has been no batch of this size. */
  run(count: number, values: Values): Promise<Record<Outputs, FloatTensor>>;
  dispose(): Promise<void>;
}

/** So many inputs at once: enough to keep a processor busy, and little memory. */
const LARGEST_BATCH = 16;

/**
 * A network whose weights are in a file; `build` makes its graph for so many inputs. Throws `CheckpointError` at once when a
 * weight is missing or has another shape.
 */
export function programByCount<Outputs extends string>(
  weights: WeightFile,
  build: (w: Weights, count: number) => Record<Outputs, Tensor>,
  options?: CompileOptions,
): ProgramByCount<Outputs> {
  const graph = (count: number) => withCheckpoint(weights, () => build(new Weights(weights.find), count));
  graph(1);
  const programs = new Map<number, Promise<Program>>();
  return {
    async run(count, values) {
      const program = programs.get(count) ?? compile(graph(count), options);
      programs.set(count, program);
      return (await (await program).run(values)) as Record<Outputs, FloatTensor>;
    },
    async dispose() {
      for (const program of programs.values()) await (await program).dispose();
      programs.clear();
    },
  };
}

/** Does the work on at most 16 items after the other, and joins what comes out. */
export async function inBatches<Item, Result>(
  items: readonly Item[],
  work: (some: readonly Item[]) => Promise<readonly Result[]>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += LARGEST_BATCH) {
    results.push(...(await work(items.slice(start, start + LARGEST_BATCH))));
  }
  return results;
}
