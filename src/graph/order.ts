/** @file From what is wanted to what must be computed: the nodes of a graph in order, operators made of others resolved. */
import { type Node, nodeOf, type Tensor } from './tensor.ts';

/** All nodes that the given tensors depend on, each after its inputs. */
export function nodesBefore(outputs: readonly Tensor[]): Node[] {
  const ordered: Node[] = [];
  const seen = new Set<Node>();
  // Depth first with an explicit stack: graphs are deeper than the call stack.
  const stack: { node: Node; next: number }[] = [];
  const visit = (tensor: Tensor) => {
    const node = nodeOf(tensor);
    if (node && !seen.has(node)) {
      seen.add(node);
      stack.push({ node, next: 0 });
    }
  };
  for (const output of outputs) {
    visit(output);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const following = top.node.inputs[top.next++];
      if (following) visit(following);
      else ordered.push(stack.pop()!.node);
    }
  }
  return ordered;
}

/** A graph in which only directly emitted operators are left. */
export interface FlatGraph {
  /** Every node after those it depends on. */
  readonly nodes: readonly Node[];
  /** What stands for a tensor after operators made of others were replaced. */
  resolve(tensor: Tensor): Tensor;
}

/** Replaces operators made of others by what they are made of, and orders the nodes. */
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
    for (const node of nodesBefore(wanted)) {
      if (done.has(node)) continue;
      done.add(node);
      if (node.operator.lower) {
        const lowered = node.operator.lower(node.inputs.map(resolve), node.attributes);
        add(lowered);
        for (const [i, output] of node.outputs.entries()) replaced.set(output, lowered[i]!);
      } else {
        nodes.push(node);
      }
    }
  };
  add(outputs);
  return { nodes, resolve };
}
