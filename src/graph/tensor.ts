/**
 * @file Symbolic tensors. A graph is not an object: it is whatever can be reached from the requested tensors.
 * Shapes are static, so shape errors appear while a graph is built, never while it runs.
 */
import type { Node, Source, StoredTensor, Tensor, TensorType } from './graph-types.ts';
import { type ConstantTensor, type DType, floats, type Shape, sizeOf } from './host-tensor.ts';

export type { Node, Region, Source, StoredTensor, Tensor, TensorType } from './graph-types.ts';

let created = 0;

/** Makes a tensor of the given type and source. For operators; models use the functions in `operators/`. */
export function makeTensor(type: TensorType, source: Source): Tensor {
  return { id: created++, dtype: type.dtype, shape: type.shape, source };
}

/** A value that is supplied at every run, under `name`. */
export function input(name: string, shape: Shape, dtype: DType = 'float32'): Tensor {
  return makeTensor({ dtype, shape }, { kind: 'input', name });
}

/** A float value of the graph that is supplied at every run as `suppliedAs`, such as a weight in half precision. */
export function convertedInput(name: string, shape: Shape, suppliedAs: DType): Tensor {
  return makeTensor({ dtype: 'float32', shape }, { kind: 'input', name, suppliedAs });
}

/** A value that is part of the graph. */
export function constant(value: ConstantTensor): Tensor {
  return makeTensor(value, { kind: 'constant', value });
}

/** A scalar, which broadcasts against any shape. */
export function scalar(value: number): Tensor {
  return constant(floats(Float32Array.of(value), []));
}

/** A constant whose elements are all equal. */
export function filled(shape: Shape, value: number): Tensor {
  return constant(floats(new Float32Array(sizeOf(shape)).fill(value), shape));
}

/** A frozen weight that stays in its file. */
export function stored(name: string, file: StoredTensor): Tensor {
  return makeTensor({ dtype: 'float32', shape: file.shape }, { kind: 'file', name, file });
}

/** Quantised values (see `operators/dequantised.ts`) that stay in their file. */
export function storedInt8(name: string, file: StoredTensor): Tensor {
  return makeTensor({ dtype: 'int8', shape: file.shape }, { kind: 'file', name, file });
}

/** The node that computes a tensor, if any. */
export function nodeOf(tensor: Tensor): Node | undefined {
  return tensor.source.kind === 'node' ? tensor.source.node : undefined;
}
