/** @file Networks for any batch size, compiled once per size. */
import type { WeightFile } from '../checkpoints/weight-file.ts';
import type { FloatTensor } from '../graph/host-tensor.ts';
import type { Tensor } from '../graph/tensor.ts';
import { Weights } from '../graph/weights.ts';
import { type CompileOptions, compile, type Program, type Values } from '../runtime/program.ts';
import { withCheckpoint } from './base-model.ts';

/** A network for batches of varying size. */
export interface ProgramByCount<Outputs extends string> {
  /** Runs it on a batch of `count` inputs, compiling it first if this size is new. */
  run(count: number, values: Values): Promise<Record<Outputs, FloatTensor>>;
  dispose(): Promise<void>;
}

/** Largest batch: enough to keep a processor busy, with little memory. */
const LARGEST_BATCH = 16;

/**
 * A network whose weights are in a file; `build` makes its graph for a batch size. Throws `CheckpointError` immediately
 * when a weight is missing or has the wrong shape.
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

/** Processes items in batches of at most 16 and concatenates the results. */
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
