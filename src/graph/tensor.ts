/**
 * @file Symbolic tensors. A graph is not an object: it is whatever can be reached from the requested tensors.
 * Shapes are static, so shape errors appear while a graph is built, never while it runs.
 */
import { type DType, floats, type HostTensor, type Shape, sizeOf } from './host-tensor.ts';
import type { Operator } from './operator.ts';

/** Element type and shape. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A value in a graph: its type and its source. Tensors are immutable. */
export interface Tensor extends TensorType {
  /** Position in the order of creation; inputs of a node always have lower ids than its outputs. */
  readonly id: number;
  readonly source: Source;
}

/** The origin of a tensor's values. */
export type Source =
  | {
      readonly kind: 'input';
      readonly name: string;
      /** The element type in which values are supplied, where it is not that of the tensor. */
      readonly suppliedAs?: DType;
    }
  | { readonly kind: 'constant'; readonly value: HostTensor }
  | { readonly kind: 'file'; readonly name: string; readonly file: StoredTensor }
  | { readonly kind: 'node'; readonly node: Node; readonly output: number };

/** Raw row-major little-endian values inside a file, to be memory-mapped rather than copied. */
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
  /** The recomputed region the node belongs to, if any (see `region.ts`). */
  readonly region: Region | undefined;
}

/** A part of a graph whose values are recomputed for the backward pass instead of being kept. */
export interface Region {
  readonly id: number;
}

let created = 0;

/** Makes a tensor of the given type and source. For operators; models use the functions in `operators/`. */
export function makeTensor(type: TensorType, source: Source): Tensor {
  return { id: created++, dtype: type.dtype, shape: type.shape, source };
}

/** A value that is supplied at every run, under `name`. */
export function input(name: string, shape: Shape, dtype: DType = 'float32'): Tensor {
  return makeTensor({ dtype, shape }, { kind: 'input', name });
}

/** A float value of the graph that is supplied at every run as `suppliedAs`, such as a weight in half precision. */
export function convertedInput(name: string, shape: Shape, suppliedAs: DType): Tensor {
  return makeTensor({ dtype: 'float32', shape }, { kind: 'input', name, suppliedAs });
}

/** A value that is part of the graph. */
export function constant(value: HostTensor): Tensor {
  return makeTensor(value, { kind: 'constant', value });
}

/** A scalar, which broadcasts against any shape. */
export function scalar(value: number): Tensor {
  return constant(floats(Float32Array.of(value), []));
}

/** A constant whose elements are all equal. */
export function filled(shape: Shape, value: number): Tensor {
  return constant(floats(new Float32Array(sizeOf(shape)).fill(value), shape));
}

/** A frozen weight that stays in its file. */
export function stored(name: string, file: StoredTensor): Tensor {
  return makeTensor({ dtype: 'float32', shape: file.shape }, { kind: 'file', name, file });
}

/** The node that computes a tensor, if any. */
export function nodeOf(tensor: Tensor): Node | undefined {
  return tensor.source.kind === 'node' ? tensor.source.node : undefined;
}
