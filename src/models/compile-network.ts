/** @file Compiles a network as one program, or as a chain of programs where memory is short. */
import { graphCost } from '../graph/cost.ts';
import type { Tensor } from '../graph/tensor.ts';
import { compileChain } from '../runtime/chain-program.ts';
import type { MemoryChoice } from '../runtime/memory-mode.ts';
import { type CompileOptions, compile, type Program } from '../runtime/program.ts';
import { programBytes } from '../runtime/program-memory.ts';
import { smallNetworkMemory } from '../runtime/sample-memory.ts';

/** Options of compiling a network. */
export interface NetworkOptions extends CompileOptions {
  /** How much memory a run may take; default `auto` (see `sampleMemory`). */
  readonly memory?: MemoryChoice | undefined;
  /** Estimated bytes up to which `low` uses one program as well; default 2.9 GB. */
  readonly small?: number;
}

/**
 * Compiles `graph` as one program; with little memory, unless it is small, `chained`, which computes the same in parts
 * (`region.ts`), as a chain of programs. Throws as `compile` does.
 */
export async function compileNetwork(
  graph: Readonly<Record<string, Tensor>>,
  chained: () => Readonly<Record<string, Tensor>>,
  { memory = 'auto', small, ...options }: NetworkOptions = {},
): Promise<Program> {
  const { device = 'cpu' } = options;
  const mode = smallNetworkMemory(memory, device, () => bytesOf(graph), small);
  return mode === 'low' ? compileChain({ outputs: chained() }, options) : compile(graph, options);
}

/** Estimated bytes of one program. */
function bytesOf(graph: Readonly<Record<string, Tensor>>): number {
  return programBytes(graphCost(Object.values(graph)), 'pictures');
}
