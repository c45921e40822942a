/**
 * @file The types of a graph, which refer to one another: tensors come from nodes, nodes apply operators, operators
 * take tensors. `tensor.ts` makes tensors, `operator.ts` defines and applies operators.
 */
import type { ConstantTensor, DType, Shape } from './host-tensor.ts';

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
  | { readonly kind: 'constant'; readonly value: ConstantTensor }
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

/** An ONNX attribute value. The wrapper distinguishes integers from floats. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly string: string };

/** Receives ONNX nodes. Equal nodes (same operator, inputs, attributes) are emitted once. */
export interface OnnxEmitter {
  /** Emits a node and returns the names of its outputs. `outputs` is their number, default 1. */
  node(
    opType: string,
    inputs: readonly string[],
    options?: {
      attributes?: Readonly<Record<string, OnnxAttribute>>;
      outputs?: number;
      domain?: 'com.microsoft';
    },
  ): string[];
  /** Emits a constant and returns its name. */
  constant(value: ConstantTensor): string;
  /** Whether the device does not compute this ONNX operator, so that others must take its place. */
  lacks(opType: string): boolean;
}

/** Arguments of a gradient function. */
export interface GradientContext<A extends object> {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly attributes: A;
  /** Gradient of the loss with respect to the first output. */
  readonly dy: Tensor;
  /** For each input, whether its gradient is needed; the others may be `undefined`. */
  readonly needs: readonly boolean[];
}

/** One case of the automatic gradient check: shapes and value ranges of the inputs. */
export interface Example<A extends object> {
  readonly inputs: readonly (
    | Shape
    | { readonly shape: Shape; readonly values: 'positive' | 'int8' | { readonly below: number } }
  )[];
  readonly attributes: A;
}

/** Everything the engine knows about an operator. */
export interface Operator<A extends object = object> {
  readonly name: string;
  /** Whether the output is the first input's memory under another name. */
  readonly alias?: true;
  /** Whether only the processor computes it: 8-bit products, which other devices are not asked for. */
  readonly onlyOnCpu?: true;
  /** Types of the outputs. Throws `ShapeError` for inputs that do not fit. */
  infer(inputs: readonly Tensor[], attributes: A): readonly TensorType[];
  /** Emits the operator as ONNX nodes; returns the names of the outputs. */
  onnx?(emitter: OnnxEmitter, inputs: readonly string[], node: Node<A>): readonly string[];
  /**
   * For composite operators: their outputs as a graph of other operators. `undefined` where the operator is emitted
   * directly, for these inputs.
   */
  lower?(inputs: readonly Tensor[], attributes: A): readonly Tensor[] | undefined;
  /**
   * Gradients with respect to the inputs, as graphs. `undefined` stands for "none needed" (and for integer inputs).
   * `null` in place of the function: the operator has no gradient and ends every path through it.
   */
  readonly gradient: ((context: GradientContext<A>) => readonly (Tensor | undefined)[]) | null;
  /** Number of floating-point operations, for operators that need more than a few per element. */
  flops?(node: Node<A>): number;
  /** Bytes of the values that exist only while the operator runs, beside its inputs and outputs; default 0. */
  scratchBytes?(node: Node<A>): number;
  /** Cases on which the gradient is compared with central finite differences; at least one. */
  readonly examples: readonly [Example<A>, ...Example<A>[]];
}
