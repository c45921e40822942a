/** @file Writes safetensors files: streamed, atomically, and the same tensors always give the same bytes. */

import type { FileHandle } from 'node:fs/promises';
import { CheckpointError } from '../errors.ts';
import { type FloatTensor, type HostTensor, sizeOf } from '../graph/host-tensor.ts';
import { writeAtomically } from './atomic-write.ts';
import { encodeFloat16 } from './half-precision.ts';

/** How to write: `dtype` is the precision of the float tensors in the file, `float32` unless given. */
export interface WriteOptions {
  readonly dtype?: 'float32' | 'float16';
}

/** How much is handed to the file system at once; a single write of 2 GiB and more is refused by Node. */
const CHUNK_BYTES = 64 * 2 ** 20;

/**
 * Writes named tensors and string metadata to the safetensors file `path`, atomically. The bytes depend only on the
 * arguments: tensors are ordered by element size (so that each lies aligned), then by name; metadata by key; the header
 * is padded with spaces to a multiple of 8 bytes. `float16` rounds to nearest, ties to even; integers stay `I64`.
 * Throws `StorageError` when the file system refuses, `CheckpointError` for a name given twice or a value that
 * `float16` cannot hold.
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<readonly [name: string, tensor: HostTensor]>,
  metadata: Readonly<Record<string, string>> = {},
  { dtype = 'float32' }: WriteOptions = {},
): Promise<void> {
  const itemSize = (tensor: HostTensor) => (tensor.dtype === 'int64' ? 8 : dtype === 'float16' ? 2 : 4);
  const ordered = [...tensors].sort(
    ([nameA, a], [nameB, b]) => itemSize(b) - itemSize(a) || (nameA < nameB ? -1 : nameA > nameB ? 1 : 0),
  );
  const seen = new Set(['__metadata__']);
  const entries: [string, unknown][] = [];
  let end = 0;
  for (const [name, tensor] of ordered) {
    if (seen.has(name)) {
      throw new CheckpointError(
        `cannot write "${path}": the name "${name}" is reserved or given twice. Rename it.`,
      );
    }
    seen.add(name);
    const begin = end;
    end += itemSize(tensor) * sizeOf(tensor.shape);
    const kind = tensor.dtype === 'int64' ? 'I64' : dtype === 'float16' ? 'F16' : 'F32';
    entries.push([name, { dtype: kind, shape: [...tensor.shape], data_offsets: [begin, end] }]);
  }
  await writeAtomically(path, async (file) => {
    await writeBytes(file, headerBytes(entries, metadata));
    for (const [name, tensor] of ordered) {
      if (tensor.dtype === 'float32' && dtype === 'float16') await writeHalf(file, name, tensor, path);
      else await writeBytes(file, bytesOf(tensor.data));
    }
  });
}

/** The length and the JSON. Written entry by entry, since an object would move names such as "7" to the front. */
function headerBytes(
  entries: readonly [string, unknown][],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const sorted = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const fields = sorted.length > 0 ? [`"__metadata__":${jsonObject(sorted)}`] : [];
  for (const [name, entry] of entries) fields.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  const json = new TextEncoder().encode(`{${fields.join(',')}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, 8);
  return bytes;
}

function jsonObject(fields: readonly (readonly [string, string])[]): string {
  return `{${fields.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
}

async function writeHalf(file: FileHandle, name: string, tensor: FloatTensor, path: string): Promise<void> {
  const step = CHUNK_BYTES / 4;
  for (let start = 0; start < tensor.data.length; start += step) {
    const values = tensor.data.subarray(start, start + step);
    const half = encodeFloat16(values);
    for (let i = 0; i < half.length; i++) {
      if ((half[i]! & 0x7fff) === 0x7c00 && Number.isFinite(values[i]!)) {
        const found = `cannot write "${path}": tensor "${name}" holds ${values[i]}; float16 ends at 65504`;
        throw new CheckpointError(`${found}. Write float32.`);
      }
    }
    await writeBytes(file, bytesOf(half));
  }
}

function bytesOf(data: Float32Array | BigInt64Array | Uint16Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Writes all of `bytes` at the file's current place. One `write` call may take less than given. */
async function writeBytes(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(CHUNK_BYTES, bytes.length - done));
    done += bytesWritten;
  }
}
