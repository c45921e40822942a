/**
 * @file Symbolic tensors. A graph is not an object: it is whatever can be reached from the tensors one asks for.
 * Shapes are static, so every mistake shows while a graph is built and none while it runs.
 */
import { type DType, floats, type HostTensor, type Shape, sizeOf } from './host-tensor.ts';
import type { Operator } from './operator.ts';

/** Element type and shape. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A value in a graph: its type, and where it comes from. Tensors never change. */
export interface Tensor extends TensorType {
  /** Position in the order of creation; inputs of a node always have lower ids than its outputs. */
  readonly id: number;
  readonly source: Source;
}

/** Where a tensor's values come from. */
export type Source =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'constant'; readonly value: HostTensor }
  | { readonly kind: 'file'; readonly name: string; readonly file: StoredTensor }
  | { readonly kind: 'node'; readonly node: Node; readonly output: number };

/** Raw row-major little-endian values inside a file, to be mapped and never copied. */
export interface StoredTensor extends TensorType {
  /** Path of the file. */
  readonly path: string;
  /** Position of the first byte in the file. */
  readonly offset: number;
  readonly byteLength: number;
}

/** One application of an operator. */
export interface Node<A extends object = object> {
  readonly operator: Operator<A>;
  readonly inputs: readonly Tensor[];
  readonly attributes: A;
  readonly outputs: readonly Tensor[];
  /** The recomputed region the node was made in, if any (see `recompute.ts`). */
  readonly region: Region | undefined;
}

/** A part of a graph whose values are not kept for the backward pass but computed again. */
export interface Region {
  readonly id: number;
}

let created = 0;

/** Makes a tensor of the given type and source. For operators; models use the functions in `operators/`. */
export function makeTensor(type: TensorType, source: Source): Tensor {
  return { id: created++, dtype: type.dtype, shape: type.shape, source };
}

/** A value that is given anew at every run, under `name`. */
export function input(name: string, shape: Shape, dtype: DType = 'float32'): Tensor {
  return makeTensor({ dtype, shape }, { kind: 'input', name });
}

/** A value that is part of the graph. */
export function constant(value: HostTensor): Tensor {
  return makeTensor(value, { kind: 'constant', value });
}

/** A single number that broadcasts against anything. */
export function scalar(value: number): Tensor {
  return constant(floats(Float32Array.of(value), []));
}

/** A constant with every element the same. */
export function filled(shape: Shape, value: number): Tensor {
  return constant(floats(new Float32Array(sizeOf(shape)).fill(value), shape));
}

/** A frozen weight that stays in its file. */
export function stored(name: string, file: StoredTensor): Tensor {
  return makeTensor({ dtype: 'float32', shape: file.shape }, { kind: 'file', name, file });
}

/** The node that a tensor is an output of, if it is computed. */
export function nodeOf(tensor: Tensor): Node | undefined {
  return tensor.source.kind === 'node' ? tensor.source.node : undefined;
}
