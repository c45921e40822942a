/** @file Arithmetic and memory cost of a graph, estimated from its shapes alone. */
import { sizeOf } from './host-tensor.ts';
import { flatten } from './order.ts';
import type { Node, Tensor } from './tensor.ts';

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
}

const bytesPerElement = 4;

/** Estimates the cost of computing the given tensors: each node runs once, in order; dead values are freed. */
export function graphCost(outputs: readonly Tensor[]): GraphCost {
  const { nodes, resolve } = flatten(outputs);
  // A reshaped tensor is the same memory under another name.
  const owner = (tensor: Tensor): Tensor => {
    const value = resolve(tensor);
    const node = value.source.kind === 'node' ? value.source.node : undefined;
    return node?.operator.name === 'reshape' ? owner(node.inputs[0]!) : value;
  };
  const lastUse = new Map<Tensor, number>();
  const files = new Map<string, { readonly bytes: number; readonly converted: boolean }>();
  for (const [i, node] of nodes.entries()) {
    for (const tensor of node.inputs) {
      const { source, shape } = owner(tensor);
      if (source.kind === 'file') {
        const converted = source.file.dtype !== 'float32';
        files.set(source.name, { bytes: sizeOf(shape) * bytesPerElement, converted });
      }
      lastUse.set(owner(tensor), i);
    }
  }
  const computed = new Set(outputs.map(owner));
  for (const tensor of computed) lastUse.set(tensor, nodes.length);
  let [flops, held, done, peakBytes, innerBytes] = [0, 0, 0, 0, 0];
  for (const [i, node] of nodes.entries()) {
    flops += node.operator.flops?.(node) ?? 0;
    if (node.operator.name === 'reshape') continue;
    for (const output of node.outputs) {
      if (lastUse.has(output)) held += bytesOf(output);
      if (computed.has(output)) done += bytesOf(output);
    }
    peakBytes = Math.max(peakBytes, held);
    innerBytes = Math.max(innerBytes, held - done);
    for (const tensor of freedAt(i, node, owner, lastUse)) held -= bytesOf(tensor);
  }
  let [weightBytes, convertedBytes] = [0, 0];
  for (const { bytes, converted } of files.values()) {
    weightBytes += bytes;
    if (converted) convertedBytes += bytes;
  }
  return { flops, peakBytes, innerBytes, weightBytes, convertedBytes };
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

function bytesOf({ shape }: Tensor): number {
  return sizeOf(shape) * bytesPerElement;
}
