/** @file Estimated memory of programs and chains, from the shapes of their graphs, with factors that were measured. */
import type { ChainCost } from '../graph/chain-cost.ts';
import type { GraphCost } from '../graph/cost.ts';
import { type AllocatorKind, allocatorKind } from './allocator.ts';
import { garbageBytes } from './garbage.ts';

/** Memory of Node.js and ONNX Runtime, and of the graph itself. */
const engineBytes = 4e8;

/**
 * Kinds of programs, and what they take (`npm run bench -- --memory`): `weights` as a multiple of the weights' size as
 * f32, for mapped and packed copies; `converted` as one of those whose files have another type, for the files beside
 * their copies as f32; `integers` as one of those stored in 8 bits, mapped and packed; `values` as a multiple of the
 * inner values alive at once, for what ONNX Runtime's arena cannot use again; `valuesIn8Bits` the same where products
 * are computed in 8 bits, for which the runtime orders nodes in another way.
 */
const kinds = {
  forward: { weights: 1.65, converted: 0.4, integers: 1.4, values: 1.25, valuesIn8Bits: 5 },
  /** With a backward pass that keeps all values. */
  keeping: { weights: 2, converted: 1.5, integers: 4, values: 1.25, valuesIn8Bits: 1.25 },
  /** With one that recomputes: ONNX Runtime runs it in an order in which many values wait for one another. */
  recomputing: { weights: 2.2, converted: 1.5, integers: 4, values: 2.9, valuesIn8Bits: 1.25 },
  /** Autoencoders, whose convolutions copy values into another layout; measured in half precision. */
  pictures: { weights: 3, converted: 0, integers: 0, values: 2.3, valuesIn8Bits: 2.3 },
} as const;

/** What the weights in 8 bits of a chain's programs take, as a multiple of their size. */
const chainIntegers = 0.6;

/** What a chain's values take, as a multiple of their size: the system's allocator cannot use all it has again. */
const chainFactor = 1.15;

/** What a process takes that runs a chain, as a multiple of what it uses: memory that it keeps for later. */
const kept: Record<AllocatorKind, number> = { thrifty: 1, usual: 1, fast: 1.25 };

/**
 * Memory, in bytes, of a process that runs a program: engine, weights, and the arena for inner values. The inputs and
 * outputs are not counted.
 */
export function programBytes(
  { innerBytes, weightBytes, convertedBytes, integerBytes }: GraphCost,
  kind: keyof typeof kinds = 'forward',
): number {
  const { weights, converted, integers, values, valuesIn8Bits } = kinds[kind];
  return Math.round(
    engineBytes +
      weights * weightBytes +
      converted * convertedBytes +
      integers * integerBytes +
      (integerBytes > 0 ? valuesIn8Bits : values) * innerBytes,
  );
}

/**
 * Memory, in bytes, of a process that runs a chain: engine, values, weights, and garbage not yet collected, with
 * `others` for its inputs and what else is in memory.
 */
export function chainBytes(
  { peakBytes, returnedBytes, integerBytes }: ChainCost,
  others: number,
  allocator: AllocatorKind = allocatorKind(),
): number {
  const bytes =
    engineBytes +
    chainFactor * peakBytes +
    Math.min(garbageBytes, returnedBytes) +
    chainIntegers * integerBytes +
    others;
  return Math.round(kept[allocator] * bytes);
}
