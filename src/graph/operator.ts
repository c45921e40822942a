/**
 * @file What an operator is: shape rule, emission as ONNX (directly, or by other operators), gradient, and the
 * examples on which the gradient is checked. An operator without examples cannot be defined.
 */
import type { HostTensor, Shape } from './host-tensor.ts';
import { currentRegion } from './region.ts';
import { makeTensor, type Node, type Tensor, type TensorType } from './tensor.ts';

/** An ONNX attribute value. Integers and floats are told apart by the wrapper. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly string: string };

/** Receives ONNX nodes. Equal nodes (same operator, inputs, attributes) are emitted once. */
export interface OnnxEmitter {
  /** Emits a node and returns the names of its outputs. `outputs` is their number, 1 unless told. */
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
  constant(value: HostTensor): string;
}

/** What a gradient function is given. */
export interface GradientContext<A extends object> {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly attributes: A;
  /** Gradient of the loss with respect to the first output. */
  readonly dy: Tensor;
  /** Whether the gradient of each input is asked for; the others may be left out. */
  readonly needs: readonly boolean[];
}

/** One case of the automatic gradient check: shapes of the inputs, and what their values may be. */
export interface Example<A extends object> {
  readonly inputs: readonly (
    | Shape
    | { readonly shape: Shape; readonly values: 'positive' | { readonly below: number } }
  )[];
  readonly attributes: A;
}

/** Everything the engine knows about an operator. */
export interface Operator<A extends object = object> {
  readonly name: string;
  /** Types of the outputs. Throws `ShapeError` for inputs that do not fit. */
  infer(inputs: readonly Tensor[], attributes: A): readonly TensorType[];
  /** Emits the operator as ONNX nodes; returns the names of the outputs. */
  onnx?(emitter: OnnxEmitter, inputs: readonly string[], node: Node<A>): readonly string[];
  /** For operators that are made of others: their outputs as a graph. */
  lower?(inputs: readonly Tensor[], attributes: A): readonly Tensor[];
  /**
   * Gradients with respect to the inputs, as graphs. `undefined` stands for "none needed" (and for integer inputs).
   * `null` in place of the function: the operator has no gradient and ends every path through it.
   */
  readonly gradient: ((context: GradientContext<A>) => readonly (Tensor | undefined)[]) | null;
  /** Multiply–add work in floating-point operations, for operators where it is more than a few per element. */
  flops?(node: Node<A>): number;
  /** Cases on which the gradient is compared with central finite differences; at least one. */
  readonly examples: readonly [Example<A>, ...Example<A>[]];
}

/** Inputs of an operator whose shapes do not fit together: a mistake in a model, or a checkpoint of another model. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

const registry = new Map<string, Operator>();

/** Declares an operator. Throws when the name is taken. */
export function defineOperator<A extends object>(operator: Operator<A>): Operator<A> {
  if (registry.has(operator.name)) {
    throw new Error(`operator "${operator.name}" is defined twice`);
  }
  registry.set(operator.name, operator as unknown as Operator);
  return operator;
}

/** Every operator that has been defined (those whose files have been imported), in order of definition. */
export function allOperators(): readonly Operator[] {
  return [...registry.values()];
}

/** Applies an operator and returns all its outputs. */
export function applyAll<A extends object>(
  operator: Operator<A>,
  inputs: readonly Tensor[],
  attributes: A,
): readonly Tensor[] {
  const types = operator.infer(inputs, attributes);
  const outputs: Tensor[] = [];
  const node: Node<A> = { operator, inputs, attributes, outputs, region: currentRegion() };
  for (const [output, type] of types.entries()) {
    outputs.push(makeTensor(type, { kind: 'node', node: node as unknown as Node, output }));
  }
  return outputs;
}

/** Applies an operator and returns its first output. */
export function apply<A extends object>(
  operator: Operator<A>,
  inputs: readonly Tensor[],
  attributes: A,
): Tensor {
  return applyAll(operator, inputs, attributes)[0]!;
}
