import { ints } from '../host-tensor.ts';
import { apply, defineOperator } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { expand } from './expand.ts';

const operator = defineOperator<{ axes: readonly number[] }>({
  name: 'reduceSum',
  infer: ([x], { axes }) => [
    { dtype: x!.dtype, shape: x!.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) },
  ],
  onnx: (emitter, [x], { attributes }) =>
    emitter.node('ReduceSum', [x!, emitter.constant(ints(attributes.axes))], {
      attributes: { keepdims: { int: 1 } },
    }),
  gradient: ({ inputs: [x], dy }) => [expand(dy, x!.shape)],
  examples: [
    { inputs: [[3, 4]], attributes: { axes: [1] } },
    { inputs: [[2, 3, 2, 2]], attributes: { axes: [0, 2, 3] } },
  ],
});

/** Sums over the given axes (default: all), which are kept with size 1. */
export function reduceSum(x: Tensor, axes: readonly number[] = x.shape.map((_, axis) => axis)): Tensor {
  return axes.length === 0 ? x : apply(operator, [x], { axes });
}
