/** @file Arithmetic and memory cost of a chain, estimated from its shapes alone. */
import type { ChainCall, Slot } from './chain.ts';
import { graphCost } from './cost.ts';
import { sizeOf } from './host-tensor.ts';
import type { Tensor } from './tensor.ts';

/** Cost of one run of a chain. Bytes are those of values in memory, without the chain's own inputs. */
export interface ChainCost {
  /** Multiplications and additions of matrix products and convolutions. */
  readonly flops: number;
  /** Largest sum of a part's inner values, its weights, and the values that are kept between parts at that time. */
  readonly peakBytes: number;
  /** Largest sum of values kept between parts. */
  readonly keptBytes: number;
  /** Largest sum of a part's inner values. */
  readonly partBytes: number;
  /** Largest sum of a part's weights, as stored in their files. */
  readonly weightBytes: number;
}

/** Estimates the cost of a chain's calls, run in order. */
export function chainCost(calls: readonly ChainCall[]): ChainCost {
  const held = new Map<Slot, number>();
  let [flops, peakBytes, keptBytes, partBytes, largestWeights] = [0, 0, 0, 0, 0];
  for (const { graph, weights, outputs, dead } of calls) {
    const cost = graphCost(Object.values(graph));
    const kept = sum(held.values());
    const weightBytes = sum(Object.values(weights).map(({ byteLength }) => byteLength));
    flops += cost.flops;
    peakBytes = Math.max(peakBytes, kept + weightBytes + cost.peakBytes);
    partBytes = Math.max(partBytes, cost.peakBytes);
    largestWeights = Math.max(largestWeights, weightBytes);
    for (const [name, slot] of Object.entries(outputs)) held.set(slot, bytesOf(graph[name]!));
    keptBytes = Math.max(keptBytes, sum(held.values()));
    for (const slot of dead) held.delete(slot);
  }
  return { flops, peakBytes, keptBytes, partBytes, weightBytes: largestWeights };
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function bytesOf({ shape, dtype }: Tensor): number {
  return sizeOf(shape) * (dtype === 'int64' ? 8 : 4);
}
