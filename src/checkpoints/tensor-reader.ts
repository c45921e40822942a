/** @file Reads tensors by name from any kind of file. */

import { CheckpointError } from '../errors.ts';
import type { HostTensor } from '../graph/host-tensor.ts';
import { onOneLine } from './one-line.ts';
import type { TensorPlaces } from './tensor-place.ts';
import { readTensors } from './tensor-read.ts';

/** Readable tensors of a file (or several). No file stays open between calls, so there is nothing to close. */
export interface TensorReader {
  /** The file, or the index of several. */
  readonly path: string;
  /** Type, shape and place of every tensor. */
  readonly tensors: TensorPlaces;
  /** Reads one tensor; see `readMany`. */
  read(name: string): Promise<HostTensor>;
  /**
   * Reads the named tensors. Floats of any precision become `float32`, integers and booleans `int64`.
   * Throws `CheckpointError` for an unknown name or when the file has changed.
   */
  readMany(names: Iterable<string>): Promise<Map<string, HostTensor>>;
  /** Reads every tensor; see `readMany`. */
  readAll(): Promise<Map<string, HostTensor>>;
}

/** A reader of tensors at known places; `path` names their source in messages. */
export function tensorReader(path: string, tensors: TensorPlaces): TensorReader {
  const readMany = async (names: Iterable<string>): Promise<Map<string, HostTensor>> => {
    const wanted = new Map(
      Array.from(new Set(names), (name) => {
        const place = tensors.get(name);
        if (!place) throw new CheckpointError(missingTensor(name, path, tensors));
        return [name, place];
      }),
    );
    return readTensors(wanted);
  };
  return {
    path,
    tensors,
    readMany,
    read: async (name) => (await readMany([name])).get(name)!,
    readAll: () => readTensors(tensors),
  };
}

function missingTensor(name: string, path: string, tensors: TensorPlaces): string {
  const last = name.slice(name.lastIndexOf('.') + 1);
  const names = [...tensors.keys()];
  const similar = names.filter((other) => other.endsWith(last)).slice(0, 3);
  const hint = similar.length > 0 ? `, for example ${similar.join(', ')}` : '';
  return `weights file "${path}" has no tensor "${onOneLine(name)}"; it has ${names.length} others${onOneLine(hint)}.`;
}
