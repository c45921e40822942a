/** @file Arithmetic and memory cost of a chain, estimated from its shapes alone. */
import type { ChainCall, Slot } from './chain.ts';
import { graphCost } from './cost.ts';
import { sizeOf } from './host-tensor.ts';
import type { Tensor } from './tensor.ts';

/** Cost of one run of a chain. Bytes are those of values in memory, without the chain's own inputs. */
export interface ChainCost {
  /** Multiplications and additions of matrix products and convolutions. */
  readonly flops: number;
  /**
   * The buffer for weights, and the largest sum of a part's inner values, its weights converted to f32, and the values
   * that are kept between parts at that time.
   */
  readonly peakBytes: number;
  /** Largest sum of values kept between parts. */
  readonly keptBytes: number;
  /** Sum of all values that calls return. */
  readonly returnedBytes: number;
  /** Largest sum of a part's inner values. */
  readonly partBytes: number;
  /** Sum of the weights stored as 8-bit integers: each program has its own. */
  readonly integerBytes: number;
  /** Largest sum of a part's weights, as stored in their files: the size of the buffer. */
  readonly weightBytes: number;
}

/**
 * Estimates the cost of a chain's calls, run in order; each for `sets` sets of inputs before the next (default 1).
 */
export function chainCost(calls: readonly ChainCall[], sets = 1): ChainCost {
  const held = new Map<Slot, number>();
  let [flops, peakBytes, keptBytes, returnedBytes, partBytes, largestWeights] = [0, 0, 0, 0, 0, 0];
  let integerBytes = 0;
  for (const { graph, weights, outputs, dead } of calls) {
    const cost = graphCost(Object.values(graph));
    const kept = sets * sum(held.values());
    const weightBytes = sum(Object.values(weights).map(({ byteLength }) => byteLength));
    flops += sets * cost.flops;
    integerBytes += cost.integerBytes;
    const converted = sum(
      Object.values(weights).map(({ dtype, shape }) => (dtype === 'float32' ? 0 : 4 * sizeOf(shape))),
    );
    peakBytes = Math.max(peakBytes, kept + converted + cost.peakBytes);
    partBytes = Math.max(partBytes, cost.peakBytes);
    largestWeights = Math.max(largestWeights, weightBytes);
    for (const [name, slot] of Object.entries(outputs)) {
      const bytes = bytesOf(graph[name]!);
      held.set(slot, bytes);
      returnedBytes += sets * bytes;
    }
    keptBytes = Math.max(keptBytes, sets * sum(held.values()));
    for (const slot of dead) held.delete(slot);
  }
  return {
    flops,
    peakBytes: peakBytes + largestWeights,
    keptBytes,
    returnedBytes,
    partBytes,
    integerBytes,
    weightBytes: largestWeights,
  };
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function bytesOf({ shape, dtype }: Tensor): number {
  return sizeOf(shape) * (dtype === 'int64' ? 8 : 4);
}
