/** @file Tensors to be written to a file: held in memory, or read lazily. */

import type { FileHandle } from 'node:fs/promises';
import { CheckpointError } from '../errors.ts';
import {
  type FloatTensor,
  type HostTensor,
  type Int8Tensor,
  type Shape,
  sizeOf,
} from '../graph/host-tensor.ts';
import { encodeBfloat16, encodeFloat16 } from './half-precision.ts';

/** A tensor whose values are read only when it is written, so that a model need not fit into memory. */
export interface LazyTensor {
  readonly dtype: HostTensor['dtype'];
  readonly shape: Shape;
  /** Reads the values, which must have this type and shape. */
  readonly load: () => Promise<HostTensor>;
}

/** Any tensor that can be written. */
export type WritableTensor = HostTensor | LazyTensor;

/** A tensor of whole numbers from 0 to 255. */
export interface ByteTensor {
  readonly dtype: 'uint8';
  readonly shape: Shape;
  readonly data: Uint8Array;
}

/** 8-bit integers that are computed only when they are written. */
export interface LazyInt8Tensor {
  readonly dtype: 'int8';
  readonly shape: Shape;
  readonly load: () => Promise<Int8Tensor>;
}

/** What a safetensors file can be written from. */
export type SafetensorsValue = WritableTensor | ByteTensor | LazyInt8Tensor;

/** Options of writing: `dtype` is the precision of float tensors in the file, default `float32`. */
export interface WriteOptions {
  readonly dtype?: 'float32' | 'float16' | 'bfloat16';
}

/** Bytes of one element in the file. */
export function writtenItemSize({ dtype }: SafetensorsValue, options: WriteOptions): number {
  if (dtype === 'uint8' || dtype === 'int8') return 1;
  return dtype === 'int64' ? 8 : (options.dtype ?? 'float32') === 'float32' ? 4 : 2;
}

/**
 * The bytes of a tensor in the file `path`, in chunks: little-endian, row-major. `float16` and `bfloat16` round to
 * nearest, ties to even. Throws `CheckpointError` for a value that `float16` cannot hold.
 */
export async function* tensorBytes(
  name: string,
  tensor: SafetensorsValue,
  { dtype = 'float32' }: WriteOptions,
  path: string,
): AsyncGenerator<Uint8Array> {
  const values = 'load' in tensor ? await tensor.load() : tensor;
  if (values.dtype !== tensor.dtype || values.data.length !== sizeOf(tensor.shape)) {
    throw new RangeError(`"${name}" is ${values.dtype} [${values.shape}], not as announced`);
  }
  if (values.dtype === 'float32' && dtype !== 'float32') yield* halfBytes(name, values, dtype, path);
  else yield bytesOf(values.data);
}

/** Bytes converted or written at once; Node refuses writes of 2 GiB and more. */
const CHUNK_BYTES = 64 * 2 ** 20;

function* halfBytes(
  name: string,
  tensor: FloatTensor,
  dtype: 'float16' | 'bfloat16',
  path: string,
): Generator<Uint8Array> {
  const step = CHUNK_BYTES / 4;
  for (let start = 0; start < tensor.data.length; start += step) {
    const values = tensor.data.subarray(start, start + step);
    if (dtype === 'bfloat16') {
      yield bytesOf(encodeBfloat16(values));
      continue;
    }
    const half = encodeFloat16(values);
    for (let i = 0; i < half.length; i++) {
      if ((half[i]! & 0x7fff) === 0x7c00 && Number.isFinite(values[i]!)) {
        throw new CheckpointError({
          found: `cannot write "${path}": tensor "${name}" holds ${values[i]}, and float16 ends at 65504`,
          advice: 'Write float32.',
        });
      }
    }
    yield bytesOf(half);
  }
}

function bytesOf(data: Float32Array | BigInt64Array | Uint16Array | Uint8Array | Int8Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Writes all of `bytes` at the file's current position. A single `write` call may write less. */
export async function writeBytes(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(CHUNK_BYTES, bytes.length - done));
    done += bytesWritten;
  }
}
