import { floats, ints } from '../host-tensor.ts';
import { apply, defineOperator } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { slice } from './slice.ts';

const operator = defineOperator<{ axis: number; before: number; after: number }>({
  name: 'pad',
  infer: ([x], { axis, before, after }) => [
    { dtype: x!.dtype, shape: x!.shape.with(axis, before + x!.shape[axis]! + after) },
  ],
  onnx: (emitter, [x], { inputs, attributes: { axis, before, after } }) => {
    const around = (size: number) => inputs[0]!.shape.map((_, i) => (i === axis ? size : 0));
    const zero = floats(new Float32Array(1), []);
    return emitter.node('Pad', [
      x!,
      emitter.constant(ints([...around(before), ...around(after)])),
      emitter.constant(zero),
    ]);
  },
  gradient: ({ inputs: [x], attributes: { axis, before }, dy }) => [
    slice(dy, axis, before, before + x!.shape[axis]!),
  ],
  examples: [
    { inputs: [[3, 2]], attributes: { axis: 0, before: 2, after: 0 } },
    { inputs: [[2, 2, 3]], attributes: { axis: 2, before: 1, after: 3 } },
  ],
});

/** Zero padding before and after along an axis. */
export function pad(x: Tensor, axis: number, before: number, after: number): Tensor {
  return before === 0 && after === 0 ? x : apply(operator, [x], { axis, before, after });
}
