import { sameShape } from '../host-tensor.ts';
import { apply, defineOperator, ShapeError } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { slice } from './slice.ts';

const operator = defineOperator<{ axis: number }>({
  name: 'concat',
  infer: (inputs, { axis }) => {
    const [first] = inputs;
    const outline = first!.shape.with(axis, 0);
    for (const other of inputs) {
      if (!sameShape(other.shape.with(axis, 0), outline)) {
        throw new ShapeError(`cannot join [${first!.shape}] and [${other.shape}] along axis ${axis}`);
      }
    }
    const size = inputs.reduce((sum, part) => sum + part.shape[axis]!, 0);
    return [{ dtype: first!.dtype, shape: first!.shape.with(axis, size) }];
  },
  onnx: (emitter, inputs, { attributes }) =>
    emitter.node('Concat', inputs, { attributes: { axis: { int: attributes.axis } } }),
  gradient: ({ inputs, attributes: { axis }, dy, needs }) => {
    let end = 0;
    return inputs.map((part, i) => {
      const start = end;
      end += part.shape[axis]!;
      return needs[i] ? slice(dy, axis, start, end) : undefined;
    });
  },
  examples: [
    {
      inputs: [
        [1, 3],
        [2, 3],
      ],
      attributes: { axis: 0 },
    },
    {
      inputs: [
        [2, 1, 2],
        [2, 3, 2],
        [2, 2, 2],
      ],
      attributes: { axis: 1 },
    },
  ],
});

/** Joins tensors along an axis. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  return parts.length === 1 ? parts[0]! : apply(operator, parts, { axis });
}
