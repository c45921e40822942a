import { ints } from '../host-tensor.ts';
import { apply, defineOperator, ShapeError } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { pad } from './pad.ts';

const operator = defineOperator<{ axis: number; start: number; end: number }>({
  name: 'slice',
  infer: ([x], { axis, start, end }) => {
    const size = x!.shape[axis];
    if (size === undefined || start < 0 || end <= start || end > size) {
      throw new ShapeError(`cannot take ${start}…${end} along axis ${axis} of [${x!.shape}]`);
    }
    return [{ dtype: x!.dtype, shape: x!.shape.with(axis, end - start) }];
  },
  onnx: (emitter, [x], { attributes: { axis, start, end } }) =>
    emitter.node('Slice', [x!, ...[start, end, axis].map((value) => emitter.constant(ints([value])))]),
  gradient: ({ inputs: [x], attributes: { axis, start, end }, dy }) => [
    pad(dy, axis, start, x!.shape[axis]! - end),
  ],
  examples: [
    { inputs: [[5, 2]], attributes: { axis: 0, start: 1, end: 4 } },
    { inputs: [[2, 3, 4]], attributes: { axis: 2, start: 2, end: 4 } },
  ],
});

/** The elements `start` (included) to `end` (excluded) along an axis. */
export function slice(x: Tensor, axis: number, start: number, end: number): Tensor {
  return start === 0 && end === x.shape[axis] ? x : apply(operator, [x], { axis, start, end });
}
