/** @file Tensors as plain data in host memory: inputs and outputs of graphs, contents of weight files. */

/** Element types that graphs compute with, and the 16-bit and 8-bit floats that weight files may also hold. */
export type DType =
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'float8_e4m3fn'
  | 'float8_e5m2'
  | 'int64'
  | 'int32'
  | 'uint8'
  | 'int8'
  | 'bool';

/** 8-bit float types, under PyTorch's names. */
export type Float8 = Extract<DType, `float8${string}`>;

/** Whether `dtype` is an 8-bit float type. */
export function isFloat8(dtype: string): dtype is Float8 {
  return dtype.startsWith('float8');
}

/** Dimensions, outermost first. `[]` is a scalar. */
export type Shape = readonly number[];

/** A float tensor in host memory, row-major. */
export interface FloatTensor {
  readonly dtype: 'float32';
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** A 64-bit integer tensor in host memory, row-major. */
export interface IntTensor {
  readonly dtype: 'int64';
  readonly shape: Shape;
  readonly data: BigInt64Array;
}

/** An 8-bit integer tensor in host memory, row-major: quantised values. */
export interface Int8Tensor {
  readonly dtype: 'int8';
  readonly shape: Shape;
  readonly data: Int8Array;
}

/** Any tensor in host memory that graphs take and return. */
export type HostTensor = FloatTensor | IntTensor;

/** A value that can be part of a graph. */
export type ConstantTensor = HostTensor | Int8Tensor;

/** Bytes of one element in memory. */
export function elementBytes(dtype: DType): number {
  if (dtype === 'int64') return 8;
  return dtype === 'float32' || dtype === 'int32' ? 4 : dtype === 'float16' || dtype === 'bfloat16' ? 2 : 1;
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/** Whether two shapes are the same, dimension by dimension. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}

/** Wraps (does not copy) a `Float32Array` as a tensor. Throws `RangeError` when the sizes disagree. */
export function floats(data: Float32Array, shape: Shape = [data.length]): FloatTensor {
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(`${data.length} values do not fill the shape [${shape}]`);
  }
  return { dtype: 'float32', shape, data };
}

/** Wraps (does not copy) an `Int8Array` as a tensor. Throws `RangeError` when the sizes disagree. */
export function int8s(data: Int8Array, shape: Shape = [data.length]): Int8Tensor {
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(`${data.length} values do not fill the shape [${shape}]`);
  }
  return { dtype: 'int8', shape, data };
}

/** Makes a 64-bit integer tensor from numbers. Throws `RangeError` when the sizes disagree. */
export function ints(values: readonly number[], shape: Shape = [values.length]): IntTensor {
  if (values.length !== sizeOf(shape)) {
    throw new RangeError(`${values.length} values do not fill the shape [${shape}]`);
  }
  return { dtype: 'int64', shape, data: BigInt64Array.from(values, BigInt) };
}
