/** @file A model's weights in one or several files, for graphs to reference in place. */
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { CheckpointError } from '../errors.ts';
import { type DType, type HostTensor, type Shape, sizeOf } from '../graph/host-tensor.ts';
import { transpose } from '../graph/operators/transpose.ts';
import { constant, stored, type Tensor } from '../graph/tensor.ts';
import { refuseToRead } from './json-file.ts';
import { findTensors } from './tensor-file.ts';
import { isRowMajor, itemSizes, type TensorPlace, type TensorPlaces } from './tensor-place.ts';
import { readTensors } from './tensor-read.ts';
import { type TensorReader, tensorReader } from './tensor-reader.ts';
import { type Refuse, withUserFile } from './user-file.ts';

/** Element types that graphs can map from a file without a converted copy. */
const mappable: readonly string[] = [
  'float32',
  'float16',
  'bfloat16',
  'float8_e4m3fn',
  'float8_e5m2',
] satisfies DType[];

/** Weights that stay in their file or files. */
export interface WeightFile {
  /** The file, with symbolic links resolved; for several files, their index. */
  readonly path: string;
  /** Shape of every tensor, by key name. */
  readonly shapes: ReadonlyMap<string, Shape>;
  /** In which precision products with the weights are computed; absent for f32. */
  readonly precision?: 'int8' | 'tf32';
  /** For reading values. */
  readonly file: TensorReader;
  /** The tensor with that key name as a graph constant that refers to its file; the same one every time. */
  find(name: string): Tensor | undefined;
  /** Identity of the content: the file's `fingerprint`; for several files, SHA-256 over their sorted fingerprints. */
  fingerprint(): Promise<string>;
}

/** Opens a file of weights of any kind (see `findTensors`). Throws `CheckpointError`. */
export async function openWeightFile(path: string): Promise<WeightFile> {
  const places = await findTensors(path);
  return weightsAt(await realpath(path), places);
}

/** Limit of the total bytes of non-contiguous tensors, which have to be copied. */
const MAX_COPIED_BYTES = 2 ** 29;

/**
 * Weights from tensors at known places; `path` names their source in messages. Only non-contiguous tensors are read,
 * since graphs cannot refer to those. Throws `CheckpointError`.
 */
export async function weightsAt(path: string, places: TensorPlaces): Promise<WeightFile> {
  const copies = await readTensors(await placesWithGaps(path, places));
  const found = new Map<string, Tensor>();
  let identity: Promise<string> | undefined;
  return {
    path,
    file: tensorReader(path, places),
    shapes: new Map([...places].map(([name, { shape }]) => [name, shape])),
    find(name) {
      const place = places.get(name);
      if (!place || found.has(name)) return found.get(name);
      if (!mappable.includes(place.dtype)) {
        throw new CheckpointError({
          found: `tensor "${name}" in "${path}" is ${place.dtype}`,
          expected: `one of: ${mappable.join(', ')}`,
        });
      }
      const tensor = graphTensor(name, place, copies.get(name));
      found.set(name, tensor);
      return tensor;
    },
    fingerprint() {
      identity ??= fingerprintAll([...new Set([...places.values()].map((place) => place.path))]);
      return identity;
    },
  };
}

function graphTensor(name: string, place: TensorPlace, copy: HostTensor | undefined): Tensor {
  if (copy) return constant(copy);
  const dtype = place.dtype as DType;
  const order = place.strides && axesByStride(place);
  if (!order) return stored(name, { ...place, dtype });
  // The axes are permuted in the file: the graph transposes them when it is loaded.
  const there = stored(name, { ...place, dtype, shape: order.map((axis) => place.shape[axis]!) });
  return transpose(
    there,
    place.shape.map((_, axis) => order.indexOf(axis)),
  );
}

/** The order of the axes in the file, outermost first; `undefined` when the values are not contiguous. */
function axesByStride({ shape, strides }: TensorPlace): number[] | undefined {
  const order = shape.map((_, axis) => axis);
  order.sort((a, b) => strides![b]! - strides![a]! || shape[b]! - shape[a]!);
  const lies = (of: readonly number[]) => order.map((axis) => of[axis]!);
  return isRowMajor(lies(shape), lies(strides!)) ? order : undefined;
}

async function placesWithGaps(path: string, places: TensorPlaces): Promise<TensorPlaces> {
  const gaps = new Map<string, TensorPlace>();
  let bytes = 0;
  for (const [name, place] of places) {
    if (!place.strides || axesByStride(place)) continue;
    gaps.set(name, place);
    bytes += Math.max(place.byteLength, itemSizes[place.dtype] * sizeOf(place.shape));
  }
  if (bytes > MAX_COPIED_BYTES) {
    throw new CheckpointError({
      found: `${gaps.size} tensors in "${path}" are cut out of larger ones (${[...gaps.keys()][0]} is one) and would have to be copied: ${bytes} bytes`,
      advice: 'Save them after .contiguous(), or as safetensors.',
    });
  }
  return gaps;
}

async function fingerprintAll(paths: readonly string[]): Promise<string> {
  const each = await Promise.all(paths.map((path) => fingerprint(path)));
  if (each.length === 1) return each[0]!;
  return createHash('sha256').update(each.sort().join('\n')).digest('hex');
}

/**
 * A short identity of a file's content: SHA-256 over its size, its beginning and 256 evenly spread samples of 4 KiB.
 * Reading gigabytes in full would take longer than a user wants to wait for a check. Throws what `refuse` makes of a
 * file that cannot be read; a `CheckpointError` by default.
 */
export async function fingerprint(
  path: string,
  refuse: Refuse = refuseToRead('weights file', path),
): Promise<string> {
  return withUserFile(path, refuse, async (file, size) => {
    const hash = createHash('sha256').update(`${size}`);
    const samples = 256;
    const sample = new Uint8Array(4096);
    for (let i = 0; i < samples; i++) {
      const position = Math.floor((Math.max(0, size - sample.length) * i) / (samples - 1));
      const { bytesRead } = await file.read(sample, 0, sample.length, position);
      hash.update(sample.subarray(0, bytesRead));
    }
    return hash.digest('hex');
  });
}
