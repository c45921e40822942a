/**
 * @file The largest value that a graphics card holds. WebGPU limits the size of a buffer, by how much depends on the
 * card, and ONNX Runtime does not say: so a value of the needed size is made there before the work begins.
 */
import { bytesText } from '../amounts.ts';
import { DeviceError } from '../errors.ts';
import { elementBytes, floats, sizeOf } from '../graph/host-tensor.ts';
import { expand, mul, reduceSum } from '../graph/operators/index.ts';
import { flatten } from '../graph/order.ts';
import { input, type Tensor } from '../graph/tensor.ts';
import { phrase, setting } from '../phrases.ts';
import { type DeviceName, lackingOperators, sessionOptions } from './devices.ts';
import { emitGraph } from './emit.ts';
import { createSession, OrtTensor } from './onnx-runtime.ts';

/** Bytes that every WebGPU adapter can bind to a shader: `maxStorageBufferBindingSize` of the specification. */
const alwaysHeld = 128 * 2 ** 20;

/** Bytes known to be held, by device. */
const known = new Map<DeviceName, number>();

/** Bytes of the largest value that is computed on the way to `outputs`. */
export function largestValue(outputs: readonly Tensor[]): number {
  const { nodes } = flatten(outputs);
  const sizes = nodes.flatMap(({ outputs }) =>
    outputs.map(({ shape, dtype }) => sizeOf(shape) * elementBytes(dtype)),
  );
  return sizes.reduce((largest, size) => Math.max(largest, size), 0);
}

/**
 * Throws `DeviceError` for work on WebGPU with a value that the card cannot hold. `holds` tries it, once for a size:
 * what every card holds is not tried.
 */
export async function assertHolds(
  device: DeviceName,
  outputs: readonly Tensor[],
  holds: typeof holdsValue = holdsValue,
): Promise<void> {
  if (device !== 'webgpu') return;
  const bytes = largestValue(outputs);
  if (bytes <= (known.get(device) ?? alwaysHeld)) return;
  if (await holds(device, bytes)) {
    known.set(device, bytes);
    return;
  }
  throw new DeviceError({
    found: `one value takes ${bytesText(bytes)}, which is more than a buffer of device "${device}" holds here`,
    setting: 'size',
    advice: phrase`Use a smaller ${setting('size')} or fewer ${setting('frames')}, or ${setting('device', 'cpu')}.`,
  });
}

/** Whether a device can fill a value of so many bytes, square it, and sum it up to the right result. */
export async function holdsValue(device: DeviceName, bytes: number): Promise<boolean> {
  const [width, each] = [1024, 3];
  const rows = Math.ceil(bytes / 4 / width);
  const filled = expand(input('x', [1, width]), [rows, width]);
  const graph = emitGraph({ sum: reduceSum(mul(filled, filled), [0]) }, lackingOperators[device]);
  const { data, shape } = floats(new Float32Array(width).fill(each), [1, width]);
  const session = await createSession(graph.bytes, sessionOptions(device)).catch(() => undefined);
  if (!session) return false;
  try {
    const { sum } = await session.run({ x: new OrtTensor('float32', data, [...shape]) });
    return (sum!.data as Float32Array).every((value) => Math.abs(value / (rows * each ** 2) - 1) < 1e-3);
  } catch {
    return false;
  } finally {
    await session.release();
  }
}
