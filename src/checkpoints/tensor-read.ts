/** @file Reads the values of tensors from files, converted to host types. */

import type { FileHandle } from 'node:fs/promises';
import { CheckpointError } from '../errors.ts';
import { type HostTensor, isFloat8, sizeOf } from '../graph/host-tensor.ts';
import { decodeFloat8 } from './float8.ts';
import { decodeBfloat16, decodeFloat16 } from './half-precision.ts';
import { fill, withFile } from './read-range.ts';
import { itemSizes, spanOf, type TensorPlace, type TensorPlaces } from './tensor-place.ts';

/**
 * Reads tensors. Floats of any precision become `float32`, integers and booleans `int64`. Throws `CheckpointError` when
 * a file has been deleted or changed, or does not fit into memory.
 */
export async function readTensors(places: TensorPlaces): Promise<Map<string, HostTensor>> {
  const byFile = new Map<string, Entry[]>();
  for (const [name, place] of places) {
    const span = place.strides ? spanOf(place.shape, place.strides) : sizeOf(place.shape);
    const entries = byFile.get(place.path) ?? [];
    byFile.set(place.path, entries);
    entries.push({ name, place, span });
  }
  const found = new Map<string, HostTensor>();
  for (const [path, entries] of byFile) {
    entries.sort((a, b) => a.place.offset - b.place.offset || a.place.byteLength - b.place.byteLength);
    await withFile(path, (file) => readEntries(file, entries, found));
  }
  return found;
}

/**
 * Reads tensors of the file `path`, each into memory of exactly its size, as they are there. Throws as `readTensors`
 * does.
 */
export async function readBytesInto(
  path: string,
  targets: Iterable<readonly [place: TensorPlace, memory: Uint8Array]>,
): Promise<void> {
  await withFile(path, async (file) => {
    for (const [{ offset }, memory] of targets) await fill(file, memory, offset, path);
  });
}

/** A tensor to read: its name, its place, and the span of elements there, possibly with gaps. */
interface Entry {
  readonly name: string;
  readonly place: TensorPlace;
  /** Number of elements from the first value to the last. */
  readonly span: number;
}

/** Bytes read at once: few system calls, little memory beside the tensors themselves. */
const WINDOW_BYTES = 16 * 2 ** 20;
/** Gaps between tensors up to this many bytes are cheaper to read than to skip. */
const GAP_BYTES = 2 ** 16;

/** Reads `entries`, which are in the order of their data, through one moving window. */
async function readEntries(
  file: FileHandle,
  entries: readonly Entry[],
  found: Map<string, HostTensor>,
): Promise<void> {
  let window = new Uint8Array(0);
  let windowStart = 0;
  for (const [index, entry] of entries.entries()) {
    const { offset, byteLength, dtype, path } = entry.place;
    const row = allocate(entry);
    const end = offset + byteLength;
    for (let at = offset; at < end; ) {
      if (at < windowStart || at >= windowStart + window.length) {
        const length = Math.min(WINDOW_BYTES, endOfRun(entries, index) - at);
        window = window.length === length ? window : new Uint8Array(length);
        windowStart = at;
        await fill(file, window, at, path);
      }
      const itemSize = itemSizes[dtype];
      const available = Math.min(end, windowStart + window.length) - at;
      const whole = available - (available % itemSize);
      if (whole === 0) {
        // An element crosses the window's end: move the window to it.
        window = new Uint8Array(0);
        continue;
      }
      const from = at - windowStart;
      decode(entry.place, window.subarray(from, from + whole), row, (at - offset) / itemSize);
      at += whole;
    }
    found.set(entry.name, entry.place.strides ? gather(row, entry.place) : row);
  }
}

/** End of the run of close-by tensors that begins with the given one. */
function endOfRun(entries: readonly Entry[], index: number): number {
  const first = entries[index]!.place;
  let end = first.offset + first.byteLength;
  for (let next = index + 1; next < entries.length; next++) {
    const { offset, byteLength } = entries[next]!.place;
    if (offset - end > GAP_BYTES || end - first.offset > WINDOW_BYTES) break;
    end = Math.max(end, offset + byteLength);
  }
  return end;
}

/** Memory for the values at a place: the tensor, or the span of elements that contains it. */
function allocate({ name, place: { dtype, shape, strides, byteLength, path }, span }: Entry): HostTensor {
  const stored = strides ? [span] : shape;
  try {
    return dtype.startsWith('float') || dtype === 'bfloat16'
      ? { dtype: 'float32', shape: stored, data: new Float32Array(span) }
      : { dtype: 'int64', shape: stored, data: new BigInt64Array(span) };
  } catch (error) {
    throw new CheckpointError(
      {
        found: `there is not enough memory for tensor "${name}" of "${path}", which has ${byteLength} bytes`,
        advice: 'Use a machine with more memory, or a smaller model.',
      },
      { cause: error },
    );
  }
}

/** Gathers a strided tensor's values, in row-major order, from the span of elements that contains them. */
function gather(row: HostTensor, { shape, strides }: TensorPlace): HostTensor {
  const pick = (target: HostTensor['data'], source: HostTensor['data']): void => {
    const index = shape.map(() => 0);
    let at = 0;
    for (let i = 0; i < target.length; i++) {
      target[i] = source[at]!;
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        at += strides![axis]!;
        if (++index[axis]! < shape[axis]!) break;
        at -= shape[axis]! * strides![axis]!;
        index[axis] = 0;
      }
    }
  };
  const size = sizeOf(shape);
  if (row.dtype === 'float32') {
    const data = new Float32Array(size);
    pick(data, row.data);
    return { dtype: 'float32', shape, data };
  }
  const data = new BigInt64Array(size);
  pick(data, row.data);
  return { dtype: 'int64', shape, data };
}

/** Converts whole elements of the file into the tensor, from element `at` on. Files and hosts are little-endian. */
function decode({ dtype }: TensorPlace, bytes: Uint8Array, tensor: HostTensor, at: number): void {
  // Typed arrays need an aligned start, which offsets in a file may not have.
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const { buffer, byteOffset, byteLength } = aligned;
  if (tensor.dtype === 'float32') {
    if (dtype === 'float32') tensor.data.set(new Float32Array(buffer, byteOffset, byteLength / 4), at);
    else if (dtype === 'float64') tensor.data.set(new Float64Array(buffer, byteOffset, byteLength / 8), at);
    else if (isFloat8(dtype)) decodeFloat8(dtype, aligned, tensor.data, at);
    else {
      const bits = new Uint16Array(buffer, byteOffset, byteLength / 2);
      (dtype === 'float16' ? decodeFloat16 : decodeBfloat16)(bits, tensor.data, at);
    }
    return;
  }
  if (dtype === 'int64') {
    tensor.data.set(new BigInt64Array(buffer, byteOffset, byteLength / 8), at);
    return;
  }
  const values = smallIntegers(dtype, aligned);
  for (let i = 0; i < values.length; i++) tensor.data[at + i] = BigInt(values[i]!);
}

function smallIntegers(
  dtype: TensorPlace['dtype'],
  { buffer, byteOffset, byteLength }: Uint8Array,
): ArrayLike<number> {
  switch (dtype) {
    case 'int32':
      return new Int32Array(buffer, byteOffset, byteLength / 4);
    case 'uint32':
      return new Uint32Array(buffer, byteOffset, byteLength / 4);
    case 'int16':
      return new Int16Array(buffer, byteOffset, byteLength / 2);
    case 'uint16':
      return new Uint16Array(buffer, byteOffset, byteLength / 2);
    case 'int8':
      return new Int8Array(buffer, byteOffset, byteLength);
    default:
      return new Uint8Array(buffer, byteOffset, byteLength); // uint8, bool
  }
}
