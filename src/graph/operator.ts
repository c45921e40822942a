/**
 * @file Definition of an operator: shape inference, emission as ONNX (directly or as a composition of other operators),
 * gradient, and the examples on which the gradient is checked. An operator without examples cannot be defined.
 */
import type { Node, Operator, Tensor } from './graph-types.ts';
import { currentRegion } from './region.ts';
import { makeTensor } from './tensor.ts';

export type {
  Example,
  GradientContext,
  OnnxAttribute,
  OnnxEmitter,
  Operator,
} from './graph-types.ts';

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
