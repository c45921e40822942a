/** @file Runs a chain of graphs: one program for each kind of part, values between parts kept in host memory. */
import { createHash } from 'node:crypto';
import { DeviceError } from '../errors.ts';
import { type ChainCall, type ChainRequest, chain, type Slot } from '../graph/chain.ts';
import { chainCost } from '../graph/chain-cost.ts';
import { type HostTensor, type Shape, sameShape, sizeOf } from '../graph/host-tensor.ts';
import type { StoredTensor, Tensor } from '../graph/tensor.ts';
import { phrase, setting } from '../phrases.ts';
import { type DeviceName, sessionOptions } from './devices.ts';
import { type EmittedGraph, emitGraph } from './emit.ts';
import { assertFitsMemory, engineError } from './engine-errors.ts';
import { GarbageCounter } from './garbage.ts';
import { createSession, OrtTensor, type Session, type SessionOptions } from './onnx-runtime.ts';
import type { CompileOptions, Program, Values } from './program.ts';
import { bufferBytes, WeightReader } from './weight-reader.ts';

/** A call, with what its program takes and returns. */
interface Step {
  readonly session: Session;
  readonly inputs: readonly { readonly name: string; readonly slot: Slot; readonly tensor: Tensor }[];
  readonly weights: readonly { readonly name: string; readonly place: StoredTensor }[];
  readonly outputs: readonly {
    readonly name: string;
    readonly slot: Slot;
    /** Shape in the program; its elements are those of `shape`, in the same order. */
    readonly inside: Shape;
    readonly shape: Shape;
  }[];
  readonly dead: readonly Slot[];
}

/** A compiled chain. */
export interface ChainProgram extends Program {
  /**
   * Runs each part for several sets of inputs before the next part, so that its weights are read once. Returns the
   * outputs for each set.
   */
  runEach(inputs: readonly Values[]): Promise<Record<string, HostTensor>[]>;
}

/**
 * Compiles what `request` asks for as a chain (see `chain`): slower to start each part, but only the values between the
 * parts, and the inner values of one part at a time, are in memory. Weights are read from their files for each call.
 * Runs on the CPU. Throws as `compile` does.
 */
export async function compileChain(
  request: ChainRequest,
  { device = 'cpu', profilePrefix }: CompileOptions = {},
): Promise<ChainProgram> {
  assertLowMemory('low', device);
  const sessions = new Map<string, Session>();
  const dispose = async () => {
    for (const session of sessions.values()) {
      if (profilePrefix !== undefined) session.endProfiling();
      await session.release();
    }
    sessions.clear();
  };
  const calls = chain(request);
  assertFitsMemory(chainCost(calls).peakBytes);
  const steps: Step[] = [];
  try {
    for (const call of calls) steps.push(await prepare(call, sessions, profilePrefix));
  } catch (error) {
    await dispose();
    throw error;
  }
  const reader = new WeightReader(
    Math.max(0, ...steps.map(({ weights }) => bufferBytes(weights.map(({ place }) => place)))),
  );
  const requested = [...Object.keys(request.outputs), ...Object.keys(request.gradients?.wrt ?? {})];
  const runAll = async (given: readonly Values[], into: Values = {}) => {
    const values = given.map(() => new Map<Slot, HostTensor>());
    const garbage = new GarbageCounter();
    for (const step of steps) {
      const weights = await readWeights(step, reader);
      for (const [i, inputs] of given.entries()) {
        garbage.add(await runStep(step, weights, values[i]!, inputs, into));
      }
    }
    return values.map((found) => Object.fromEntries(requested.map((name) => [name, found.get(name)!])));
  };
  return {
    run: async (inputs, into) => (await runAll([inputs], into))[0]!,
    runEach: (inputs) => runAll(inputs),
    async dispose() {
      await dispose();
      await reader.dispose();
    },
  };
}

/** Throws `DeviceError` for `memory: 'low'` elsewhere than on the CPU. */
export function assertLowMemory(memory: string | undefined, device: DeviceName): void {
  if (memory !== 'low' || device === 'cpu') return;
  throw new DeviceError({
    found: phrase`${setting('memory', 'low')} was chosen for the device "${device}"`,
    expected: phrase`${setting('device', 'cpu')} with it`,
    setting: 'memory',
    advice: phrase`Use ${setting('memory', 'balanced')}, or ${setting('device', 'cpu')}.`,
  });
}

/** The session of a call; calls with the same graph share one. */
async function prepare(
  call: ChainCall,
  sessions: Map<string, Session>,
  profilePrefix: string | undefined,
): Promise<Step> {
  const graph = emitGraph(call.graph);
  const key = createHash('sha256').update(graph.bytes).digest('hex');
  let session = sessions.get(key);
  if (!session) {
    session = await createSession(graph.bytes, {
      ...chainSessionOptions(graph),
      ...(profilePrefix !== undefined && {
        enableProfiling: true,
        profileFilePrefix: `${profilePrefix}-${sessions.size}`,
      }),
    });
    sessions.set(key, session);
  }
  const taken = [...graph.inputs];
  return {
    session,
    inputs: taken
      .filter(([name]) => name in call.inputs)
      .map(([name, tensor]) => ({ name, slot: call.inputs[name]!, tensor })),
    weights: taken
      .filter(([name]) => name in call.weights)
      .map(([name]) => ({ name, place: call.weights[name]! })),
    outputs: Object.entries(call.outputs).map(([name, slot]) => ({
      name,
      slot,
      inside: graph.outputShapes.get(name)!,
      shape: call.graph[name]!.shape,
    })),
    dead: call.dead,
  };
}

function chainSessionOptions({ weightsFolder, hasIntegers }: EmittedGraph): SessionOptions {
  return {
    ...sessionOptions('cpu'),
    // An arena would keep the peak memory of each part for as long as its session exists.
    enableCpuMemArena: false,
    extra: {
      session: {
        ...(weightsFolder !== undefined && { model_external_initializers_file_folder_path: weightsFolder }),
        // Weights in 8 bits belong to the program, and are packed once: they are small.
        ...(!hasIntegers && { disable_prepacking: '1' }),
      },
      ...(!hasIntegers && { optimization: { constant_folding_max_output_size_in_bytes: '65536' } }),
    },
  };
}

/** The weights of a step as inputs of its program, valid until the next reading. */
async function readWeights({ weights }: Step, reader: WeightReader): Promise<Record<string, OrtTensor>> {
  const bytes = await reader.read(weights.map(({ place }) => place));
  return Object.fromEntries(weights.map(({ name, place }, i) => [name, asOrt(bytes[i]!, place)]));
}

/** Runs a step; returns the bytes of memory that are not needed any more. */
async function runStep(
  { session, inputs, outputs, dead }: Step,
  weights: Readonly<Record<string, OrtTensor>>,
  values: Map<Slot, HostTensor>,
  given: Values,
  into: Values,
): Promise<number> {
  const feeds: Record<string, OrtTensor> = { ...weights };
  for (const { name, slot, tensor } of inputs) {
    const value = values.get(slot) ?? given[slot];
    if (!value || value.dtype !== tensor.dtype || !sameShape(value.shape, tensor.shape)) {
      const found = value ? `${value.dtype} [${value.shape}]` : 'nothing';
      throw new RangeError(`input "${slot}" must be ${tensor.dtype} [${tensor.shape}]; found ${found}`);
    }
    feeds[name] = new OrtTensor(value.dtype, value.data as never, value.shape as number[]);
  }
  const fetches: Record<string, OrtTensor | null> = {};
  for (const { name, slot, inside } of outputs) {
    const target = into[slot];
    fetches[name] = target ? new OrtTensor(target.dtype, target.data as never, inside as number[]) : null;
  }
  let results: Awaited<ReturnType<Session['run']>>;
  try {
    results = await session.run(feeds, fetches);
  } catch (error) {
    throw engineError(error, 'cpu');
  }
  let freed = 0;
  for (const { name, slot, shape } of outputs) {
    const { type, data } = results[name] as OrtTensor;
    // An output that was written to given memory comes back as a copy, too; the value before a sum is not needed after.
    if (into[slot]) freed += sizeOf(shape) * 4;
    else freed += values.get(slot)?.data.byteLength ?? 0;
    values.set(slot, into[slot] ?? ({ dtype: type, shape, data } as HostTensor));
  }
  for (const slot of dead) {
    freed += values.get(slot)?.data.byteLength ?? 0;
    values.delete(slot);
  }
  return freed;
}

function asOrt(bytes: Uint8Array, { dtype, shape }: StoredTensor): OrtTensor {
  const { buffer, byteOffset, byteLength } = bytes;
  return dtype === 'float16'
    ? new OrtTensor('float16', new Uint16Array(buffer, byteOffset, byteLength / 2), shape as number[])
    : new OrtTensor('float32', new Float32Array(buffer, byteOffset, byteLength / 4), shape as number[]);
}
