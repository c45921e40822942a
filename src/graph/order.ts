/** @file Topological order of a graph's nodes, and expansion of composite operators. */
import { type Node, nodeOf, type Tensor } from './tensor.ts';

/**
 * All nodes that the given tensors depend on, in order of creation: each after its inputs, and the backward pass of a
 * layer next to its recomputed values. Run in this order, values have close to the shortest possible lifetimes. `known`
 * nodes and their dependencies are excluded.
 */
export function nodesBefore(outputs: readonly Tensor[], known: ReadonlySet<Node> = new Set()): Node[] {
  const seen = new Set<Node>();
  const pending = [...outputs];
  for (let tensor = pending.pop(); tensor; tensor = pending.pop()) {
    const node = nodeOf(tensor);
    if (node && !seen.has(node) && !known.has(node)) {
      seen.add(node);
      pending.push(...node.inputs);
    }
  }
  return [...seen].sort((a, b) => a.outputs[0]!.id - b.outputs[0]!.id);
}

/** A graph in which only directly emitted operators are left. */
export interface FlatGraph {
  /** Every node after those it depends on, and no others. */
  readonly nodes: readonly Node[];
  /** The tensor that replaces the given one after composite operators were expanded. */
  resolve(tensor: Tensor): Tensor;
}

/** Expands composite operators and orders the nodes. */
export function flatten(outputs: readonly Tensor[]): FlatGraph {
  const nodes: Node[] = [];
  const replaced = new Map<Tensor, Tensor>();
  const resolve = (tensor: Tensor): Tensor => {
    let current = tensor;
    for (let next = replaced.get(current); next; next = replaced.get(current)) current = next;
    return current;
  };
  const done = new Set<Node>();
  const add = (wanted: readonly Tensor[]) => {
    for (const node of nodesBefore(wanted, done)) {
      done.add(node);
      const lowered = node.operator.lower?.(node.inputs.map(resolve), node.attributes);
      if (lowered) {
        add(lowered);
        for (const [i, output] of node.outputs.entries()) replaced.set(output, lowered[i]!);
      } else {
        nodes.push(node);
      }
    }
  };
  add(outputs);
  return { nodes: stillNeeded(nodes, outputs, resolve), resolve };
}

/** The nodes without those whose values were needed only by operators that were expanded to something else. */
function stillNeeded(
  nodes: readonly Node[],
  outputs: readonly Tensor[],
  resolve: FlatGraph['resolve'],
): Node[] {
  const needed = new Set(outputs.map((tensor) => nodeOf(resolve(tensor))));
  const kept: Node[] = [];
  for (const node of nodes.toReversed()) {
    if (!needed.has(node)) continue;
    kept.push(node);
    for (const tensor of node.inputs) needed.add(nodeOf(resolve(tensor)));
  }
  return kept.reverse();
}
