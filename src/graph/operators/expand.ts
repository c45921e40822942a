import { ints, type Shape, sameShape } from '../host-tensor.ts';
import { apply, defineOperator, ShapeError } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { broadcastShapes, sumTo } from './broadcast.ts';

const operator = defineOperator<{ shape: Shape }>({
  name: 'expand',
  infer: ([x], { shape }) => {
    if (!sameShape(broadcastShapes(x!.shape, shape), shape)) {
      throw new ShapeError(`[${x!.shape}] does not broadcast to [${shape}]`);
    }
    return [{ dtype: x!.dtype, shape }];
  },
  onnx: (emitter, [x], { attributes }) =>
    emitter.node('Expand', [x!, emitter.constant(ints(attributes.shape))]),
  gradient: ({ inputs: [x], dy }) => [sumTo(dy, x!.shape)],
  examples: [
    { inputs: [[3, 1]], attributes: { shape: [2, 3, 4] } },
    { inputs: [[]], attributes: { shape: [2, 2] } },
  ],
});

/** Repeats a tensor along axes of size 1 (and new leading axes) until it has `shape`. */
export function expand(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : apply(operator, [x], { shape });
}
