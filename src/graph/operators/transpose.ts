import { apply, defineOperator, ShapeError } from '../operator.ts';
import type { Tensor } from '../tensor.ts';

const operator = defineOperator<{ order: readonly number[] }>({
  name: 'transpose',
  infer: ([x], { order }) => {
    if ([...order].sort((a, b) => a - b).some((axis, i) => axis !== i) || order.length !== x!.shape.length) {
      throw new ShapeError(`[${order}] is not a permutation of the axes of [${x!.shape}]`);
    }
    return [{ dtype: x!.dtype, shape: order.map((axis) => x!.shape[axis]!) }];
  },
  onnx: (emitter, inputs, { attributes }) =>
    emitter.node('Transpose', inputs, { attributes: { perm: { ints: attributes.order } } }),
  gradient: ({ attributes: { order }, dy }) => [
    transpose(
      dy,
      order.map((_, axis) => order.indexOf(axis)),
    ),
  ],
  examples: [
    { inputs: [[2, 3]], attributes: { order: [1, 0] } },
    { inputs: [[2, 3, 1, 4]], attributes: { order: [0, 3, 1, 2] } },
  ],
});

/** Reorders axes: axis `i` of the result is axis `order[i]` of `x`. */
export function transpose(x: Tensor, order: readonly number[]): Tensor {
  return order.every((axis, i) => axis === i) ? x : apply(operator, [x], { order });
}
