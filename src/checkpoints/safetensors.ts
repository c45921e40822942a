/** @file Reads safetensors files: the header first, then only the requested data. */

import { fill, readBeginning, withFile } from './read-range.ts';
import { headerLength, parseHeader, type SafetensorsHeader } from './safetensors-header.ts';
import { type TensorReader, tensorReader } from './tensor-reader.ts';

export { writeSafetensors } from './safetensors-write.ts';
export type { WriteOptions } from './writable-tensor.ts';

/** An opened safetensors file: its tensors, in the order of their data, and its metadata. */
export interface SafetensorsFile extends SafetensorsHeader, TensorReader {}

/**
 * Reads and checks the header of the safetensors file `path`. Throws `CheckpointError` when the file is missing,
 * damaged, truncated, or of another kind.
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const header = await withFile(path, async (file) => {
    const { size } = await file.stat();
    const start = await readBeginning(file, path);
    const bytes = new Uint8Array(headerLength(start, size, path));
    await fill(file, bytes, 8, path);
    return parseHeader(bytes, size, path);
  });
  return { ...header, ...tensorReader(path, header.tensors) };
}
