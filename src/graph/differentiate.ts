/** @file Reverse-mode differentiation of a whole graph. */

import { sameShape } from './host-tensor.ts';
import { applyAll } from './operator.ts';
import { add } from './operators/add.ts';
import { after } from './operators/after.ts';
import { nodesBefore } from './order.ts';
import { withoutRegion } from './region.ts';
import { filled, type Node, nodeOf, type Region, type Tensor } from './tensor.ts';

/**
 * The gradients of a scalar with respect to any tensors it depends on: `gradients` with the seed 1.
 *
 * @param loss one element
 * @returns one tensor per entry of `wrt`, of its shape; zeros where `loss` does not depend on it
 */
export function lossGradients(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (loss.shape.some((size) => size !== 1)) {
    throw new RangeError(`only a scalar loss can be differentiated; found shape [${loss.shape}]`);
  }
  return gradients([loss], [filled(loss.shape, 1)], wrt);
}

/**
 * Vector–Jacobian products: given the gradients of a scalar with respect to `outputs`, its gradients with respect to
 * tensors that they depend on, as graphs of the same operators. Only paths between `outputs` and `wrt` are followed.
 * Nodes of recomputed regions (see `region.ts`) are differentiated on copies whose inputs depend on the incoming
 * gradient, so that the forward values need not be kept.
 *
 * @param seeds one tensor per entry of `outputs`, of its shape
 * @returns one tensor per entry of `wrt`, of its shape; zeros where no output depends on it
 */
export function gradients(
  outputs: readonly Tensor[],
  seeds: readonly Tensor[],
  wrt: readonly Tensor[],
): Tensor[] {
  for (const [i, { shape }] of outputs.entries()) {
    if (!seeds[i] || !sameShape(seeds[i].shape, shape)) {
      throw new RangeError(
        `the seed of an output [${shape}] must have its shape; found [${seeds[i]?.shape}]`,
      );
    }
  }
  return withoutRegion(() => {
    const nodes = nodesBefore(outputs);
    const concerned = dependants(nodes, wrt);
    const regions = new RecomputedRegions(nodes);
    const collected = new Map<Tensor, Tensor>();
    const collect = (tensor: Tensor, gradient: Tensor) => {
      const before = collected.get(tensor);
      collected.set(tensor, before ? add(before, gradient) : gradient);
    };
    for (const [i, output] of outputs.entries()) collect(output, seeds[i]!);
    for (const node of nodes.reverse()) {
      const [y] = node.outputs;
      const dy = y && collected.get(y);
      if (!dy || !concerned.has(y)) continue;
      const { operator, attributes } = node;
      const needs = node.inputs.map((tensor) => concerned.has(tensor));
      if (operator.gradient === null) continue;
      const { inputs, outputs } = regions.copyOf(node, dy);
      const results = operator.gradient({ inputs, outputs, attributes, dy, needs });
      for (const [i, tensor] of node.inputs.entries()) {
        const gradient = results[i];
        if (needs[i] && gradient) collect(tensor, gradient);
      }
    }
    return wrt.map((tensor) => collected.get(tensor) ?? filled(tensor.shape, 0));
  });
}

/** The outputs of these nodes that depend on one of `roots`, and the roots themselves. */
export function dependants(nodes: readonly Node[], roots: Iterable<Tensor>): ReadonlySet<Tensor> {
  const found = new Set(roots);
  for (const node of nodes) {
    if (node.inputs.some((tensor) => found.has(tensor))) {
      for (const output of node.outputs) found.add(output);
    }
  }
  return found;
}

/** Makes the second copy of a recomputed region when its gradient is first needed. */
class RecomputedRegions {
  readonly #members = new Map<Region, Node[]>();
  readonly #copies = new Map<Region, Map<Tensor, Tensor>>();

  constructor(nodes: readonly Node[]) {
    for (const node of nodes) {
      if (node.region) this.#members.set(node.region, [...(this.#members.get(node.region) ?? []), node]);
    }
  }

  /** The inputs and outputs a node is differentiated on: its own, or those of its copy. */
  copyOf(node: Node, signal: Tensor): Pick<Node, 'inputs' | 'outputs'> {
    const { region } = node;
    if (!region) return node;
    let copies = this.#copies.get(region);
    if (!copies) {
      copies = copyNodes(this.#members.get(region)!, signal);
      this.#copies.set(region, copies);
    }
    const copied = (tensor: Tensor) => copies.get(tensor) ?? tensor;
    return { inputs: node.inputs.map(copied), outputs: node.outputs.map(copied) };
  }
}

/** Copies nodes (given in order). Computed values that enter from outside are made to depend on `signal`. */
function copyNodes(members: readonly Node[], signal: Tensor): Map<Tensor, Tensor> {
  const copies = new Map<Tensor, Tensor>();
  const inside = new Set(members);
  for (const { operator, inputs, attributes, outputs } of members) {
    for (const tensor of inputs) {
      const node = nodeOf(tensor);
      if (!copies.has(tensor) && node && !inside.has(node)) copies.set(tensor, after(tensor, signal));
    }
    const copied = applyAll(
      operator,
      inputs.map((tensor) => copies.get(tensor) ?? tensor),
      attributes,
    );
    for (const [i, output] of outputs.entries()) copies.set(output, copied[i]!);
  }
  return copies;
}
