/** @file Compiled graphs, to be run any number of times. */
import { DeviceError } from '../errors.ts';
import { graphCost } from '../graph/cost.ts';
import { type HostTensor, type Shape, sameShape } from '../graph/host-tensor.ts';
import type { Tensor } from '../graph/tensor.ts';
import { type DeviceName, lackingOperators, sessionOptions } from './devices.ts';
import { emitGraph } from './emit.ts';
import { assertFitsMemory, engineError, sessionError } from './engine-errors.ts';
import { assertHolds } from './largest-value.ts';
import { OrtTensor, type Session, type SessionOptions, type SessionValues } from './onnx-runtime.ts';
import { openSession } from './processor-share.ts';

/** Named values in host memory. */
export type Values = Readonly<Record<string, HostTensor>>;

/** Options of `compile`. */
export interface CompileOptions {
  /** Device to run on; default `cpu`. */
  readonly device?: DeviceName;
  /** Path prefix of files to which ONNX Runtime writes a profile of every run. */
  readonly profilePrefix?: string;
}

/** A compiled graph. On the CPU, runs block the event loop. Call `dispose` when done, to free its memory. */
export interface Program {
  /**
   * Computes the outputs. `inputs` must hold all of the graph's inputs with their shapes (others are ignored).
   * Outputs named in `into` are written there instead of to new memory.
   * Throws `DeviceError` when the device fails, mostly for lack of memory.
   */
  run(inputs: Values, into?: Values): Promise<Record<string, HostTensor>>;
  /** Frees the graph's memory. */
  dispose(): Promise<void>;
}

/**
 * Compiles the graph that computes the named tensors. Throws `CheckpointError` when a weight file cannot be mapped,
 * `DeviceError` for a graph that needs more memory than the machine has, or a larger buffer than the card.
 */
export async function compile(
  outputs: Readonly<Record<string, Tensor>>,
  { device = 'cpu', profilePrefix }: CompileOptions = {},
): Promise<Program> {
  // Another device may have memory of its own.
  if (device === 'cpu') assertFitsMemory(graphCost(Object.values(outputs)).peakBytes);
  await assertHolds(device, Object.values(outputs));
  const graph = emitGraph(outputs, lackingOperators[device]);
  const options: SessionOptions = {
    ...sessionOptions(device),
    ...(profilePrefix !== undefined && { enableProfiling: true, profileFilePrefix: profilePrefix }),
  };
  if (graph.weightsFolder !== undefined) {
    options.extra = {
      session: { model_external_initializers_file_folder_path: graph.weightsFolder },
    };
  }
  let session: Session;
  try {
    session = await openSession(graph.bytes, options, device, Object.values(outputs));
  } catch (error) {
    throw error instanceof DeviceError ? error : sessionError(error, device, graph.weightsFolder);
  }
  return {
    async run(inputs, into = {}) {
      const feeds: Record<string, OrtTensor> = {};
      for (const [name, tensor] of graph.inputs) {
        const value = inputs[name];
        if (!value || value.dtype !== tensor.dtype || !sameShape(value.shape, tensor.shape)) {
          const found = value ? `${value.dtype} [${value.shape}]` : 'nothing';
          throw new RangeError(`input "${name}" must be ${tensor.dtype} [${tensor.shape}]; found ${found}`);
        }
        feeds[name] = toOrt(value);
      }
      const fetches: Record<string, OrtTensor | null> = {};
      for (const name of Object.keys(outputs)) {
        fetches[name] = into[name] ? toOrt({ ...into[name], shape: graph.outputShapes.get(name)! }) : null;
      }
      let results: SessionValues;
      try {
        results = await session.run(feeds, fetches);
      } catch (error) {
        throw engineError(error, device);
      }
      return Object.fromEntries(
        Object.entries(results).map(([name, value]) => [
          name,
          into[name] ?? fromOrt(value as OrtTensor, outputs[name]!.shape),
        ]),
      );
    },
    async dispose() {
      if (profilePrefix !== undefined) session.endProfiling();
      await session.release();
    },
  };
}

function toOrt({ dtype, shape, data }: HostTensor): OrtTensor {
  return new OrtTensor(dtype, data as never, shape as number[]);
}

function fromOrt(value: OrtTensor, shape: Shape): HostTensor {
  return { dtype: value.type, shape, data: value.data } as HostTensor;
}
