/** @file Writes safetensors files: streamed, atomic and deterministic. */

import { CheckpointError } from '../errors.ts';
import { sizeOf } from '../graph/host-tensor.ts';
import { writeAtomically } from './atomic-write.ts';
import {
  type SafetensorsValue,
  tensorBytes,
  type WriteOptions,
  writeBytes,
  writtenItemSize,
} from './writable-tensor.ts';

const kinds = { float32: 'F32', float16: 'F16', bfloat16: 'BF16' } as const;

/**
 * Writes named tensors and string metadata to the safetensors file `path`, atomically. The bytes depend only on the
 * arguments: tensors are ordered by element size (for alignment), then by name; metadata by key; the header
 * is padded with spaces to a multiple of 8 bytes. 16-bit numbers are rounded to nearest, ties to even; integers stay
 * `I64`, bytes `U8`.
 * Throws `StorageError` when the file system refuses, `CheckpointError` for a name given twice or a value that
 * `float16` cannot hold.
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<readonly [name: string, tensor: SafetensorsValue]>,
  metadata: Readonly<Record<string, string>> = {},
  options: WriteOptions = {},
): Promise<void> {
  const itemSize = (tensor: SafetensorsValue) => writtenItemSize(tensor, options);
  const ordered = [...tensors].sort(
    ([nameA, a], [nameB, b]) => itemSize(b) - itemSize(a) || (nameA < nameB ? -1 : nameA > nameB ? 1 : 0),
  );
  const seen = new Set(['__metadata__']);
  const entries: [string, unknown][] = [];
  let end = 0;
  for (const [name, tensor] of ordered) {
    if (seen.has(name)) {
      throw new CheckpointError({
        found: `cannot write "${path}": the name "${name}" is reserved or given twice`,
        advice: 'Rename it.',
      });
    }
    seen.add(name);
    const begin = end;
    end += itemSize(tensor) * sizeOf(tensor.shape);
    const dtype = kindOf(tensor, options);
    entries.push([name, { dtype, shape: [...tensor.shape], data_offsets: [begin, end] }]);
  }
  await writeAtomically(path, async (file) => {
    await writeBytes(file, headerBytes(entries, metadata));
    for (const [name, tensor] of ordered) {
      for await (const bytes of tensorBytes(name, tensor, options, path)) await writeBytes(file, bytes);
    }
  });
}

function kindOf({ dtype }: SafetensorsValue, options: WriteOptions): string {
  if (dtype === 'int64') return 'I64';
  if (dtype === 'uint8') return 'U8';
  if (dtype === 'int8') return 'I8';
  return kinds[options.dtype ?? 'float32'];
}

/** The length and the JSON, written entry by entry, since an object would move names such as "7" to the front. */
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
