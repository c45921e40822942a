/** @file Location of a tensor in a file, and views of the same bytes. */

import { CheckpointError } from '../errors.ts';
import { type DType, type Shape, sizeOf } from '../graph/host-tensor.ts';
import { onOneLine } from './one-line.ts';

/** Element types of weight files that can be read. */
export type StoredDType = DType | 'float64' | 'int8' | 'int16' | 'uint16' | 'uint32';

/** Values in a file, little-endian, row-major unless `strides` is given. */
export interface TensorPlace {
  /** The file, with symbolic links resolved: ONNX Runtime refuses to map through them. */
  readonly path: string;
  readonly dtype: StoredDType;
  readonly shape: Shape;
  /** Position of the first value in the file. */
  readonly offset: number;
  /** Bytes from the first value to the end of the last. */
  readonly byteLength: number;
  /** Stride of each axis, in elements; absent where the values are row-major and contiguous. */
  readonly strides?: readonly number[];
}

/** Tensors by name: the common form of all kinds of weight files. */
export type TensorPlaces = ReadonlyMap<string, TensorPlace>;

/** Bytes of one element. */
export const itemSizes: Readonly<Record<StoredDType, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  float8_e4m3fn: 1,
  float8_e5m2: 1,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1,
};

/** Limits of the length of a name and of the number of axes. */
const MAX_NAME = 1000;
const MAX_AXES = 64;

/** Throws `CheckpointError` for a name of excessive length or an element count that is not a safe integer. */
export function assertSensible(name: string, shape: Shape, path: string): void {
  const refuse = (what: string, expected?: string) => {
    throw new CheckpointError({
      found: `weights file "${path}" has tensor "${onOneLine(name, 80)}" ${what}`,
      expected,
      advice: 'It is damaged or no file of weights: download it again, or give another.',
    });
  };
  if (name.length > MAX_NAME) refuse(`whose name has ${name.length} characters`);
  if (shape.length > MAX_AXES) refuse(`of ${shape.length} axes`, `at most ${MAX_AXES}`);
  const count = sizeOf(shape.filter((size) => size !== 0));
  if (!Number.isSafeInteger(count)) refuse(`of shape [${shape}], whose elements cannot be counted`);
}

/** Strides of row-major contiguous values. */
export function rowMajorStrides(shape: Shape): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** Whether values with these strides are row-major and contiguous; axes of size 1 do not matter. */
export function isRowMajor(shape: Shape, strides: readonly number[]): boolean {
  const plain = rowMajorStrides(shape);
  return sizeOf(shape) <= 1 || shape.every((size, axis) => size === 1 || strides[axis] === plain[axis]);
}

/** Number of elements from the first value to the last, inclusive. */
export function spanOf(shape: Shape, strides: readonly number[]): number {
  if (sizeOf(shape) === 0) return 0;
  return shape.reduce((last, size, axis) => last + (size - 1) * strides[axis]!, 1);
}

/** A place with strides, which are omitted if the values are row-major and contiguous. */
export function strided(
  place: Omit<TensorPlace, 'byteLength' | 'strides'>,
  strides: readonly number[],
): TensorPlace {
  const { path, dtype, shape, offset } = place;
  const byteLength = itemSizes[dtype] * spanOf(shape, strides);
  const plain = { path, dtype, shape, offset, byteLength };
  return isRowMajor(shape, strides) ? plain : { ...plain, strides };
}

/**
 * One of `count` equal blocks of rows (of the first axis): the query, key or value part of a fused projection. Throws
 * `CheckpointError` when the rows do not divide.
 */
export function rowBlock(place: TensorPlace, index: number, count: number): TensorPlace {
  const [rows = 0, ...rest] = place.shape;
  if (rows % count !== 0) {
    throw new CheckpointError({
      found: `a fused tensor of shape [${place.shape}] in "${place.path}" does not divide into ${count} parts`,
      advice: 'The file is damaged or of another model: download it again, or give another.',
    });
  }
  const strides = place.strides ?? rowMajorStrides(place.shape);
  const skipped = index * (rows / count) * (strides[0] ?? 1);
  const shape = [rows / count, ...rest];
  return strided({ ...place, shape, offset: place.offset + itemSizes[place.dtype] * skipped }, strides);
}

/** A matrix `[out, in]` viewed as the weight `[out, in, 1, 1]` of a 1×1 convolution; other shapes unchanged. */
export function asPointwise(place: TensorPlace): TensorPlace {
  const { shape, strides } = place;
  if (shape.length !== 2) return place;
  return strided({ ...place, shape: [...shape, 1, 1] }, [...(strides ?? rowMajorStrides(shape)), 1, 1]);
}

/** The weight `[out, in, 1, 1]` of a 1×1 convolution viewed as a matrix `[out, in]`; other shapes unchanged. */
export function asMatrix(place: TensorPlace): TensorPlace {
  const { shape, strides } = place;
  if (shape.length !== 4 || shape[2] !== 1 || shape[3] !== 1) return place;
  return strided({ ...place, shape: shape.slice(0, 2) }, (strides ?? rowMajorStrides(shape)).slice(0, 2));
}
