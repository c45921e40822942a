import { ints, type Shape, sameShape, sizeOf } from '../host-tensor.ts';
import { apply, defineOperator, ShapeError } from '../operator.ts';
import { nodeOf, type Tensor } from '../tensor.ts';

const operator = defineOperator<{ shape: Shape }>({
  name: 'reshape',
  alias: true,
  infer: ([x], { shape }) => {
    if (sizeOf(x!.shape) !== sizeOf(shape)) {
      throw new ShapeError(`[${x!.shape}] and [${shape}] differ in their number of elements`);
    }
    return [{ dtype: x!.dtype, shape }];
  },
  onnx: (emitter, [x], { attributes }) =>
    emitter.node('Reshape', [x!, emitter.constant(ints(attributes.shape))]),
  gradient: ({ inputs: [x], dy }) => [reshape(dy, x!.shape)],
  examples: [
    { inputs: [[2, 6]], attributes: { shape: [3, 4] } },
    { inputs: [[2, 1, 3]], attributes: { shape: [6] } },
  ],
});

/** The same elements in the same order with a different shape. No copy. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const node = nodeOf(x);
  return apply(operator, [node?.operator.name === operator.name ? node.inputs[0]! : x], { shape });
}
