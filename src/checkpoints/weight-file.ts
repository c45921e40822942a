/** @file A model's weights in a file, ready to be pointed into by graphs. */
import { createHash } from 'node:crypto';
import { open, realpath } from 'node:fs/promises';
import { CheckpointError } from '../errors.ts';
import type { DType, Shape } from '../graph/host-tensor.ts';
import { stored, type Tensor } from '../graph/tensor.ts';
import { openSafetensors, type SafetensorsFile } from './safetensors.ts';

/** Kinds of numbers that graphs can map from a file without a converted copy. */
const mappable: readonly string[] = ['float32', 'float16', 'bfloat16'] satisfies DType[];

/** Weights that stay in their file. */
export interface WeightFile {
  /** Path without symbolic links: ONNX Runtime refuses to map through them. */
  readonly path: string;
  /** Shape of every tensor, by key name. */
  readonly shapes: ReadonlyMap<string, Shape>;
  /** The file itself, for reading values. */
  readonly file: SafetensorsFile;
  /** The tensor of that key name as a graph constant that points into the file; the same one every time. */
  find(name: string): Tensor | undefined;
}

/** Opens a safetensors file of weights. Throws `CheckpointError` (see `openSafetensors`). */
export async function openWeightFile(path: string): Promise<WeightFile> {
  const file = await openSafetensors(path);
  const real = await realpath(path);
  const found = new Map<string, Tensor>();
  return {
    path: real,
    file,
    shapes: new Map([...file.tensors].map(([name, { shape }]) => [name, shape])),
    find(name) {
      const entry = file.tensors.get(name);
      if (!entry || found.has(name)) return found.get(name);
      if (!mappable.includes(entry.dtype)) {
        throw new CheckpointError(
          `tensor "${name}" in "${path}" is ${entry.dtype}; weights must be one of: ${mappable.join(', ')}.`,
        );
      }
      const tensor = stored(name, { ...entry, dtype: entry.dtype as DType, path: real });
      found.set(name, tensor);
      return tensor;
    },
  };
}

/**
 * A short identity of a file's content: SHA-256 over its size, its beginning and 256 evenly spread samples of 4 KiB.
 * Reading gigabytes in full would take longer than a user wants to wait for a check.
 */
export async function fingerprint(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const hash = createHash('sha256').update(`${size}`);
    const samples = 256;
    const sample = new Uint8Array(4096);
    for (let i = 0; i < samples; i++) {
      const position = Math.floor((Math.max(0, size - sample.length) * i) / (samples - 1));
      const { bytesRead } = await file.read(sample, 0, sample.length, position);
      hash.update(sample.subarray(0, bytesRead));
    }
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}
