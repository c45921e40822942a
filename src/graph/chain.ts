/**
 * @file Divides a graph into a chain of smaller graphs that run one after the other, for work that does not fit into
 * memory as one graph. Only the values between the parts are kept; the backward pass of a part recomputes its inner
 * values (gradient checkpointing, Chen et al. 2016, arXiv 1604.06174).
 */
import { dependants, gradients } from './differentiate.ts';
import { applyAll } from './operator.ts';
import { add } from './operators/add.ts';
import { nodesBefore } from './order.ts';
import { withoutRegion } from './region.ts';
import {
  convertedInput,
  filled,
  input,
  type Node,
  nodeOf,
  type Region,
  type StoredTensor,
  type Tensor,
} from './tensor.ts';

/**
 * A value outside the calls: the name of a graph input, of a requested output, or of an intermediate value that is kept
 * from one call to another.
 */
export type Slot = string;

/**
 * One graph of a chain and what it is applied to. All names inside are canonical (`x0`, `w0`, …), so that parts of the
 * same structure have the same graph, which then needs to be compiled only once.
 */
export interface ChainCall {
  readonly graph: Readonly<Record<string, Tensor>>;
  /** For each input of the graph, the slot with its value. */
  readonly inputs: Readonly<Record<string, Slot>>;
  /** For each weight of the graph, its place in a file. */
  readonly weights: Readonly<Record<string, StoredTensor>>;
  /** For each output of the graph, the slot of its value. */
  readonly outputs: Readonly<Record<string, Slot>>;
  /** The slots whose values are not needed after this call. */
  readonly dead: readonly Slot[];
}

/** What a chain computes. */
export interface ChainRequest {
  /** Requested tensors by name. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Also compute the gradients of a scalar, which must be one of `outputs`. */
  readonly gradients?: {
    readonly of: Tensor;
    /** Graph inputs, by the name under which their gradient is requested. */
    readonly wrt: Readonly<Record<string, Tensor>>;
  };
}

/**
 * Divides the graph of the requested tensors into parts and returns the calls that compute them, in order: forward
 * through all parts, then, for gradients, backward, each part recomputed. Every region (see `region.ts`) is a part, and
 * so are the nodes between two regions. Throws `RangeError` when a requested tensor is not computed by the graph.
 */
export function chain({ outputs, gradients: wanted }: ChainRequest): ChainCall[] {
  return withoutRegion(() => {
    const requested = new Map(Object.entries(outputs).map(([name, tensor]) => [tensor, name]));
    const parts = divide(requested);
    const slotOf = (tensor: Tensor): Slot =>
      requested.get(tensor) ?? inputName(tensor) ?? `value ${tensor.id}`;
    if (!wanted) {
      return withDeadSlots(
        parts.map((part) => forwardCall(part, slotOf)),
        Object.keys(outputs),
      );
    }
    // The last part, which computes the loss, is not run forward first: its backward call returns the loss as well.
    const last = parts.at(-1)!;
    const isLast = [...last.gives].every((tensor) => requested.has(tensor));
    const forward = (isLast ? parts.slice(0, -1) : parts).map((part) => forwardCall(part, slotOf));
    const backward = backwardCalls(parts, wanted, slotOf, isLast ? last : undefined);
    return withDeadSlots([...forward, ...backward], [...Object.keys(outputs), ...Object.keys(wanted.wrt)]);
  });
}

/** Nodes that run together. */
interface Part {
  readonly nodes: readonly Node[];
  /** Values that later parts take, or that are requested. */
  readonly gives: ReadonlySet<Tensor>;
}

type Call = Omit<ChainCall, 'dead'>;

/** Consecutive nodes of the same region, or of none, form a part; a part depends only on earlier ones. */
function divide(requested: ReadonlyMap<Tensor, string>): Part[] {
  const parts: { nodes: Node[]; gives: Set<Tensor> }[] = [];
  const partOf = new Map<Node, (typeof parts)[number]>();
  let region: Region | undefined;
  for (const node of nodesBefore([...requested.keys()])) {
    if (isFixed(node)) continue;
    if (parts.length === 0 || node.region !== region) parts.push({ nodes: [], gives: new Set() });
    region = node.region;
    const part = parts.at(-1)!;
    part.nodes.push(node);
    partOf.set(node, part);
    for (const tensor of node.inputs) {
      const giver = partOf.get(nodeOf(tensor)!);
      if (giver && giver !== part) giver.gives.add(tensor);
    }
  }
  for (const [tensor, name] of requested) {
    const giver = partOf.get(nodeOf(tensor)!);
    if (!giver) throw new RangeError(`"${name}" is not computed from inputs of the graph`);
    giver.gives.add(tensor);
  }
  return parts;
}

function forwardCall({ nodes, gives }: Part, slotOf: (tensor: Tensor) => Slot): Call {
  const copy = new Copy(nodes);
  const given = [...gives];
  return {
    graph: Object.fromEntries(given.map((tensor, i) => [`y${i}`, copy.of(tensor)])),
    inputs: Object.fromEntries([...copy.inputs].map(([name, tensor]) => [name, slotOf(tensor)])),
    weights: copy.weights,
    outputs: Object.fromEntries(given.map((tensor, i) => [`y${i}`, slotOf(tensor)])),
  };
}

/** Calls from the last part to the first; that of `returning` also returns what the part gives. */
function backwardCalls(
  parts: readonly Part[],
  { of: loss, wrt }: NonNullable<ChainRequest['gradients']>,
  slotOf: (tensor: Tensor) => Slot,
  returning: Part | undefined,
): Call[] {
  const names = new Map(Object.entries(wrt).map(([name, tensor]) => [tensor, name]));
  const concerned = dependants(
    parts.flatMap(({ nodes }) => nodes),
    names.keys(),
  );
  /** Tensors of which a gradient has been computed, or a part of it, and its slot. */
  const collected = new Map<Tensor, Slot>();
  const gradientSlot = (tensor: Tensor) => names.get(tensor) ?? `gradient ${tensor.id}`;
  const calls: Call[] = [];
  for (const part of parts.toReversed()) {
    const seeded = [...part.gives].filter((tensor) => tensor === loss || collected.has(tensor));
    if (seeded.length === 0) continue;
    const copy = new Copy(part.nodes);
    const inputs: Record<string, Slot> = {};
    const taken = (name: string, slot: Slot, { shape, dtype }: Tensor) => {
      inputs[name] = slot;
      return input(name, shape, dtype);
    };
    const seeds = seeded.map((tensor, i) =>
      tensor === loss ? filled(loss.shape, 1) : taken(`d${i}`, collected.get(tensor)!, tensor),
    );
    const targets = [...copy.inputs.values()].filter((tensor) => concerned.has(tensor));
    const found = gradients(
      seeded.map((tensor) => copy.of(tensor)),
      seeds,
      targets.map((tensor) => copy.of(tensor)),
    );
    const graph: Record<string, Tensor> = {};
    const outputs: Record<string, Slot> = {};
    for (const [i, tensor] of targets.entries()) {
      const before = collected.get(tensor);
      // A value that several parts take: the gradient so far is passed on to be added to.
      graph[`g${i}`] = before === undefined ? found[i]! : add(taken(`a${i}`, before, tensor), found[i]!);
      outputs[`g${i}`] = gradientSlot(tensor);
      collected.set(tensor, gradientSlot(tensor));
    }
    for (const [i, tensor] of [...(part === returning ? part.gives : [])].entries()) {
      graph[`y${i}`] = copy.of(tensor);
      outputs[`y${i}`] = slotOf(tensor);
    }
    for (const [name, tensor] of copy.inputs) inputs[name] = slotOf(tensor);
    calls.push({ graph, inputs, weights: copy.weights, outputs });
  }
  const missing = [...names].filter(([tensor]) => !collected.has(tensor));
  if (missing.length > 0) calls.push(zeros(missing));
  return calls;
}

/** The gradients of inputs on which the loss does not depend. */
function zeros(missing: readonly (readonly [Tensor, string])[]): Call {
  return {
    graph: Object.fromEntries(missing.map(([{ shape }], i) => [`g${i}`, filled(shape, 0)])),
    inputs: {},
    weights: {},
    outputs: Object.fromEntries(missing.map(([, name], i) => [`g${i}`, name])),
  };
}

/** Adds to each call the intermediate values that no later call takes. */
function withDeadSlots(calls: readonly Call[], requested: readonly string[]): ChainCall[] {
  const lastUse = new Map<Slot, number>();
  for (const [i, { outputs }] of calls.entries())
    for (const slot of Object.values(outputs)) lastUse.set(slot, i);
  for (const [i, { inputs }] of calls.entries()) {
    for (const slot of Object.values(inputs))
      if (lastUse.has(slot)) lastUse.set(slot, Math.max(i, lastUse.get(slot)!));
  }
  for (const slot of requested) lastUse.delete(slot);
  return calls.map((call, i) => ({
    ...call,
    dead: [...lastUse].filter(([, last]) => last === i).map(([slot]) => slot),
  }));
}

const fixed = new WeakMap<Node, boolean>();

/** Whether a node depends on weights and constants alone; such nodes belong to every part that uses them. */
function isFixed(node: Node): boolean {
  let answer = fixed.get(node);
  if (answer === undefined) {
    answer = node.inputs.every((tensor) => {
      const source = nodeOf(tensor);
      return source ? isFixed(source) : tensor.source.kind !== 'input';
    });
    fixed.set(node, answer);
  }
  return answer;
}

function inputName({ source }: Tensor): string | undefined {
  return source.kind === 'input' ? source.name : undefined;
}

/** A copy of nodes that takes its values from inputs with canonical names. */
class Copy {
  /** Canonical inputs by name, and the tensors they stand for. */
  readonly inputs = new Map<string, Tensor>();
  readonly weights: Record<string, StoredTensor> = {};
  readonly #copies = new Map<Tensor, Tensor>();

  constructor(nodes: readonly Node[]) {
    for (const node of nodes) this.#copyNode(node);
  }

  /** The copy of a tensor: of a node, of a weight, or the input that stands for it. */
  of(tensor: Tensor): Tensor {
    const known = this.#copies.get(tensor);
    if (known) return known;
    const node = nodeOf(tensor);
    if (node && isFixed(node)) {
      this.#copyNode(node);
      return this.#copies.get(tensor)!;
    }
    const copy = this.#leaf(tensor);
    this.#copies.set(tensor, copy);
    return copy;
  }

  #copyNode({ operator, inputs, attributes, outputs }: Node): void {
    const copied = applyAll(
      operator,
      inputs.map((tensor) => this.of(tensor)),
      attributes,
    );
    for (const [i, output] of outputs.entries()) this.#copies.set(output, copied[i]!);
  }

  #leaf(tensor: Tensor): Tensor {
    const { source, shape, dtype } = tensor;
    if (source.kind === 'constant') return tensor;
    if (source.kind === 'file') {
      // JavaScript has no tensors of the other types: they stay in the graph, mapped.
      if (source.file.dtype !== 'float32' && source.file.dtype !== 'float16') return tensor;
      const name = `w${Object.keys(this.weights).length}`;
      this.weights[name] = source.file;
      return convertedInput(name, shape, source.file.dtype);
    }
    const name = `x${this.inputs.size}`;
    this.inputs.set(name, tensor);
    return input(name, shape, dtype);
  }
}
