/** @file Arithmetic and memory cost of a graph, estimated from its shapes alone. */
import { elementBytes, sizeOf } from './host-tensor.ts';
import { flatten } from './order.ts';
import type { Node, StoredTensor, Tensor } from './tensor.ts';

/** Cost of one run of a graph. */
export interface GraphCost {
  /** Multiplications and additions of matrix products and convolutions. */
  readonly flops: number;
  /** Peak size of the values that are alive at the same time, in bytes, without weights and inputs. */
  readonly peakBytes: number;
  /** The same without the computed tensors themselves. */
  readonly innerBytes: number;
  /** Size in bytes, as f32, of the weights that stay in files. */
  readonly weightBytes: number;
  /** That of those which are of another type in their files, and are converted. */
  readonly convertedBytes: number;
  /** Size in bytes of the weights that are stored as 8-bit integers, which the other two do not count. */
  readonly integerBytes: number;
}

/** Estimates the cost of computing the given tensors: each node runs once, in order; dead values are freed. */
export function graphCost(outputs: readonly Tensor[]): GraphCost {
  const { nodes, resolve } = flatten(outputs);
  const owner = (tensor: Tensor): Tensor => {
    const value = resolve(tensor);
    const node = value.source.kind === 'node' ? value.source.node : undefined;
    return node?.operator.alias ? owner(node.inputs[0]!) : value;
  };
  const lastUse = new Map<Tensor, number>();
  const files = new Map<string, StoredTensor>();
  for (const [i, node] of nodes.entries()) {
    for (const tensor of node.inputs) {
      const { source } = owner(tensor);
      if (source.kind === 'file') files.set(source.name, source.file);
      lastUse.set(owner(tensor), i);
    }
  }
  const computed = new Set(outputs.map(owner));
  for (const tensor of computed) lastUse.set(tensor, nodes.length);
  let [flops, held, done, peakBytes, innerBytes] = [0, 0, 0, 0, 0];
  for (const [i, node] of nodes.entries()) {
    flops += node.operator.flops?.(node) ?? 0;
    if (node.operator.alias) continue;
    for (const output of node.outputs) {
      if (lastUse.has(output)) held += bytesOf(output);
      if (computed.has(output)) done += bytesOf(output);
    }
    const running = held + (node.operator.scratchBytes?.(node) ?? 0);
    peakBytes = Math.max(peakBytes, running);
    innerBytes = Math.max(innerBytes, running - done);
    for (const tensor of freedAt(i, node, owner, lastUse)) held -= bytesOf(tensor);
  }
  return { flops, peakBytes, innerBytes, ...storedBytes(files.values()) };
}

function storedBytes(
  files: Iterable<StoredTensor>,
): Pick<GraphCost, 'weightBytes' | 'convertedBytes' | 'integerBytes'> {
  let [weightBytes, convertedBytes, integerBytes] = [0, 0, 0];
  for (const { dtype, shape } of files) {
    if (dtype === 'int8') {
      integerBytes += sizeOf(shape);
      continue;
    }
    const bytes = sizeOf(shape) * elementBytes('float32');
    weightBytes += bytes;
    if (dtype !== 'float32') convertedBytes += bytes;
  }
  return { weightBytes, convertedBytes, integerBytes };
}

function freedAt(
  index: number,
  node: Node,
  owner: (tensor: Tensor) => Tensor,
  lastUse: ReadonlyMap<Tensor, number>,
): Tensor[] {
  const owners = new Set(node.inputs.map(owner));
  return [...owners].filter((tensor) => tensor.source.kind === 'node' && lastUse.get(tensor) === index);
}

function bytesOf({ shape, dtype }: Tensor): number {
  return sizeOf(shape) * elementBytes(dtype);
}
