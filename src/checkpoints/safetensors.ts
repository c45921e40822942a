/** @file Reads safetensors files: the header first, and of the data only what is asked for. */

import { type FileHandle, open } from 'node:fs/promises';
import { CheckpointError, LampError } from '../errors.ts';
import { type HostTensor, sizeOf } from '../graph/host-tensor.ts';
import { decodeBfloat16, decodeFloat16 } from './half-precision.ts';
import { unreadable } from './json-file.ts';
import {
  headerLength,
  parseHeader,
  type SafetensorsHeader,
  type StoredTensor,
} from './safetensors-header.ts';

export type { StoredDType, StoredTensor } from './safetensors-header.ts';
export { type WriteOptions, writeSafetensors } from './safetensors-write.ts';

/** An opened safetensors file. Nothing stays open between calls, so there is nothing to close. */
export interface SafetensorsFile extends SafetensorsHeader {
  readonly path: string;
  /** Reads one tensor; see `readMany`. */
  read(name: string): Promise<HostTensor>;
  /**
   * Reads the named tensors, in the order of their data. Floating kinds of any precision become `float32`, integer
   * kinds and booleans `int64`. Throws `CheckpointError` for an unknown name or when the file has changed.
   */
  readMany(names: Iterable<string>): Promise<Map<string, HostTensor>>;
  /** Reads every tensor; see `readMany`. */
  readAll(): Promise<Map<string, HostTensor>>;
}

/**
 * Reads and checks the header of the safetensors file `path`. Throws `CheckpointError` when the file is missing,
 * damaged, cut off, or of another kind.
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const header = await withFile(path, async (file) => {
    const { size } = await file.stat();
    const start = new Uint8Array(Math.min(8, size));
    await fill(file, start, 0, path);
    const bytes = new Uint8Array(headerLength(start, size, path));
    await fill(file, bytes, 8, path);
    return parseHeader(bytes, size, path);
  });

  const readMany = async (names: Iterable<string>): Promise<Map<string, HostTensor>> => {
    const wanted = new Set(names);
    for (const name of wanted) {
      if (!header.tensors.has(name)) throw new CheckpointError(missingTensor(name, path, header));
    }
    const entries = [...header.tensors.values()].filter((entry) => wanted.has(entry.name));
    return withFile(path, (file) => readTensors(file, entries, path));
  };
  return {
    ...header,
    path,
    readMany,
    read: async (name) => (await readMany([name])).get(name)!,
    readAll: () => readMany(header.tensors.keys()),
  };
}

/** How many bytes are read at once: few system calls, little memory beside the tensors themselves. */
const WINDOW_BYTES = 16 * 2 ** 20;

/** Unwanted bytes between wanted tensors that are cheaper to read than to skip. */
const GAP_BYTES = 2 ** 16;

/** Reads `entries`, which are in the order of their data, through one moving window. */
async function readTensors(
  file: FileHandle,
  entries: readonly StoredTensor[],
  path: string,
): Promise<Map<string, HostTensor>> {
  const tensors = new Map<string, HostTensor>();
  let window = new Uint8Array(0);
  let windowStart = 0;
  for (const [index, entry] of entries.entries()) {
    const tensor = allocate(entry, path);
    const end = entry.offset + entry.byteLength;
    for (let at = entry.offset; at < end; ) {
      if (at < windowStart || at >= windowStart + window.length) {
        const length = Math.min(WINDOW_BYTES, endOfRun(entries, index) - at);
        window = window.length === length ? window : new Uint8Array(length);
        windowStart = at;
        await fill(file, window, at, path);
      }
      const itemSize = entry.byteLength / sizeOf(entry.shape);
      const available = Math.min(end, windowStart + window.length) - at;
      const whole = available - (available % itemSize);
      if (whole === 0) {
        // An element lies across the window's end: move the window on to it.
        window = new Uint8Array(0);
        continue;
      }
      const from = at - windowStart;
      decode(entry, window.subarray(from, from + whole), tensor, (at - entry.offset) / itemSize);
      at += whole;
    }
    tensors.set(entry.name, tensor);
  }
  return tensors;
}

/** Where the run of tensors that lie close together, beginning with the given one, ends. */
function endOfRun(entries: readonly StoredTensor[], index: number): number {
  const first = entries[index]!;
  let end = first.offset + first.byteLength;
  for (let next = index + 1; next < entries.length; next++) {
    const { offset, byteLength } = entries[next]!;
    if (offset - end > GAP_BYTES || end - first.offset > WINDOW_BYTES) break;
    end = offset + byteLength;
  }
  return end;
}

function allocate(entry: StoredTensor, path: string): HostTensor {
  const { dtype, shape } = entry;
  try {
    return dtype.startsWith('float') || dtype === 'bfloat16'
      ? { dtype: 'float32', shape, data: new Float32Array(sizeOf(shape)) }
      : { dtype: 'int64', shape, data: new BigInt64Array(sizeOf(shape)) };
  } catch (error) {
    const found = `tensor "${entry.name}" of "${path}" has ${entry.byteLength} bytes`;
    throw new CheckpointError(`${found}: not enough memory for it.`, { cause: error });
  }
}

/** Converts whole elements of the file into the tensor, from its element `at` on. Files and hosts are little-endian. */
function decode(entry: StoredTensor, bytes: Uint8Array, tensor: HostTensor, at: number): void {
  // Typed arrays need an aligned start, which a place in a file need not be.
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const { buffer, byteOffset, byteLength } = aligned;
  if (tensor.dtype === 'float32') {
    if (entry.dtype === 'float32') tensor.data.set(new Float32Array(buffer, byteOffset, byteLength / 4), at);
    else if (entry.dtype === 'float64')
      tensor.data.set(new Float64Array(buffer, byteOffset, byteLength / 8), at);
    else {
      const bits = new Uint16Array(buffer, byteOffset, byteLength / 2);
      (entry.dtype === 'float16' ? decodeFloat16 : decodeBfloat16)(bits, tensor.data, at);
    }
    return;
  }
  if (entry.dtype === 'int64') {
    tensor.data.set(new BigInt64Array(buffer, byteOffset, byteLength / 8), at);
    return;
  }
  const values = smallIntegers(entry, aligned);
  for (let i = 0; i < values.length; i++) tensor.data[at + i] = BigInt(values[i]!);
}

function smallIntegers(
  entry: StoredTensor,
  { buffer, byteOffset, byteLength }: Uint8Array,
): ArrayLike<number> {
  switch (entry.dtype) {
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

/** Fills `target` from the file's byte `position` on. One `read` call may return less than asked. */
async function fill(file: FileHandle, target: Uint8Array, position: number, path: string): Promise<void> {
  for (let done = 0; done < target.length; ) {
    const { bytesRead } = await file.read(target, done, target.length - done, position + done);
    if (bytesRead === 0) {
      const found = `weights file "${path}" ended at byte ${position + done} while it was read`;
      throw new CheckpointError(`${found}: another program has changed it. Open it again.`);
    }
    done += bytesRead;
  }
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  try {
    const file = await open(path, 'r');
    try {
      return await use(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw error instanceof LampError || !(error instanceof Error && 'syscall' in error)
      ? error
      : unreadable(error, path, 'weights file');
  }
}

function missingTensor(name: string, path: string, header: SafetensorsHeader): string {
  const last = name.slice(name.lastIndexOf('.') + 1);
  const names = [...header.tensors.keys()];
  const similar = names.filter((other) => other.endsWith(last)).slice(0, 3);
  const hint = similar.length > 0 ? `, for example ${similar.join(', ')}` : '';
  return `weights file "${path}" has no tensor "${name}"; it has ${names.length} others${hint}.`;
}
