/** @file The inputs of an operator's examples, with random values in the ranges that the example states. */
import { floats, type HostTensor, int8s, ints, type Shape, sizeOf } from './host-tensor.ts';
import type { Example } from './operator.ts';
import { constant, input, type Tensor } from './tensor.ts';

/** The inputs of an example. */
export interface ExampleInputs {
  /** What the operator is applied to: inputs of the graph, and constants for 8-bit integers. */
  readonly inputs: readonly Tensor[];
  /** A value for each input of the graph. */
  readonly values: Record<string, HostTensor>;
}

/**
 * Draws the inputs of an example with `random`, which gives uniform numbers in [0, 1). Inputs of the graph are named
 * `x0`, `x1`, …, or with another prefix.
 */
export function exampleInputs<A extends object>(
  example: Example<A>,
  random: () => number,
  prefix = 'x',
): ExampleInputs {
  const values: Record<string, HostTensor> = {};
  const inputs = example.inputs.map((given, i) => {
    const name = `${prefix}${i}`;
    const shape: Shape = 'shape' in given ? given.shape : given;
    const kind = 'shape' in given ? given.values : 'any';
    if (kind === 'int8') {
      const levels = Int8Array.from({ length: sizeOf(shape) }, () => Math.floor(random() * 255) - 127);
      return constant(int8s(levels, shape));
    }
    if (typeof kind === 'object') {
      values[name] = ints(
        Array.from({ length: sizeOf(shape) }, () => Math.floor(random() * kind.below)),
        shape,
      );
      return input(name, shape, 'int64');
    }
    const draw = kind === 'positive' ? () => 0.8 + random() : () => 2 * random() - 1;
    values[name] = floats(Float32Array.from({ length: sizeOf(shape) }, draw), shape);
    return input(name, shape);
  });
  return { inputs, values };
}

/** A small generator of uniform numbers in [0, 1) for examples: mulberry32. */
export function exampleNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
