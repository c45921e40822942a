/**
 * @file Definition of an operator: shape inference, emission as ONNX (directly or as a composition of other operators),
 * gradient, and the examples on which the gradient is checked. An operator without examples cannot be defined.
 */
import type { HostTensor, Shape } from './host-tensor.ts';
import { currentRegion } from './region.ts';
import { makeTensor, type Node, type Tensor, type TensorType } from './tensor.ts';

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
  constant(value: HostTensor): string;
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
  /** For composite operators: their outputs as a graph of other operators. */
  lower?(inputs: readonly Tensor[], attributes: A): readonly Tensor[];
  /**
   * Gradients with respect to the inputs, as graphs. `undefined` stands for "none needed" (and for integer inputs).
   * `null` in place of the function: the operator has no gradient and ends every path through it.
   */
  readonly gradient: ((context: GradientContext<A>) => readonly (Tensor | undefined)[]) | null;
  /** Number of floating-point operations, for operators that need more than a few per element. */
  flops?(node: Node<A>): number;
  /** Cases on which the gradient is compared with central finite differences; at least one. */
  readonly examples: readonly [Example<A>, ...Example<A>[]];
}

/** Incompatible input shapes: a mistake in a model, or a checkpoint of a different model. */
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
