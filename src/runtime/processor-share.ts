/**
 * @file What a graphics card leaves to the processor. ONNX Runtime computes operators that a device has no code for on
 * the processor without a word, and copies their values there and back: the results are right, and late.
 */
import { exampleInputs, exampleNumbers } from '../graph/example-inputs.ts';
import { allOperators, applyAll, type Operator } from '../graph/operator.ts';
import { flatten } from '../graph/order.ts';
import { constant, input, type Node, type Tensor } from '../graph/tensor.ts';
import { type DeviceName, lackingOperators, sessionOptions } from './devices.ts';
import { emitGraph } from './emit.ts';
import { createSession, type Session, type SessionOptions } from './onnx-runtime.ts';
import { settleTf32 } from './tf32.ts';

const left = new Map<DeviceName, Set<string>>();

/** Operators of the graphs opened so far in this process that the device left to the processor; sorted. */
export function leftToProcessor(device: DeviceName): readonly string[] {
  return [...(left.get(device) ?? [])].sort();
}

/**
 * Opens a session for a graph that computes `outputs`. If the device cannot compute all of it, the processor helps, and
 * `leftToProcessor` names the operators concerned. Throws what ONNX Runtime throws.
 */
export async function openSession(
  bytes: Uint8Array,
  options: SessionOptions,
  device: DeviceName,
  outputs: readonly Tensor[],
): Promise<Session> {
  if (device === 'cpu') return createSession(bytes, options);
  if (device === 'cuda') settleTf32();
  const alone = await createSession(bytes, withoutProcessor(options)).catch(() => undefined);
  if (alone) return alone;
  const helped = await createSession(bytes, options);
  const names = left.get(device) ?? new Set();
  for (const name of await uncomputed(flatten(outputs).nodes, device)) names.add(name);
  left.set(device, names);
  return helped;
}

/**
 * Names of the operators that models can consist of and the device does not compute in one of their examples; sorted.
 * Only operators whose files have been imported are examined.
 */
export async function uncomputedOperators(device: DeviceName): Promise<readonly string[]> {
  const random = exampleNumbers(1);
  const results = allOperators()
    .filter(({ onlyOnCpu }) => !onlyOnCpu)
    .flatMap((operator) =>
      operator.examples.map(
        (example) => applyAll(operator, exampleInputs(example, random).inputs, example.attributes)[0]!,
      ),
    );
  return uncomputed(flatten(results).nodes, device);
}

/** Names of the operators among the nodes that the device does not compute; sorted. One of each kind is tried. */
async function uncomputed(nodes: readonly Node[], device: DeviceName): Promise<string[]> {
  const kinds = new Map(nodes.map((node) => [kindOf(node), node]));
  const names = new Set<string>();
  for (const node of kinds.values()) {
    if (!names.has(node.operator.name) && !(await isComputed(node, device))) names.add(node.operator.name);
  }
  return [...names].sort();
}

function kindOf({ operator, inputs, attributes }: Node): string {
  return JSON.stringify([operator.name, attributes, inputs.map(({ dtype, shape }) => [dtype, shape.length])]);
}

/** Whether the device opens a graph of this node alone. */
async function isComputed({ operator, inputs, attributes }: Node, device: DeviceName): Promise<boolean> {
  const [y] = applyAll(operator as Operator, inputs.map(alone), attributes);
  const { bytes } = emitGraph({ y: y! }, lackingOperators[device]);
  const session = await createSession(bytes, withoutProcessor(sessionOptions(device))).catch(() => undefined);
  await session?.release();
  return session !== undefined;
}

/** The tensor without what computes it. */
function alone(tensor: Tensor, index: number): Tensor {
  const { source, shape, dtype } = tensor;
  return source.kind === 'constant' ? constant(source.value) : input(`x${index}`, shape, dtype);
}

function withoutProcessor(options: SessionOptions): SessionOptions {
  const { session } = (options.extra ?? {}) as { session?: Record<string, string> };
  return { ...options, extra: { ...options.extra, session: { ...session, disable_cpu_ep_fallback: '1' } } };
}
