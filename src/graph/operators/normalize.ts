import { floats } from '../host-tensor.ts';
import { applyAll, defineOperator } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { mul } from './mul.ts';
import { reduceMean } from './reduce-mean.ts';
import { sub } from './sub.ts';

const operator = defineOperator<{ epsilon: number }>({
  name: 'normalize',
  infer: ([x]) => {
    const rows = { dtype: x!.dtype, shape: x!.shape.with(-1, 1) };
    return [x!, rows, rows];
  },
  onnx: (emitter, [x], { inputs, attributes }) =>
    emitter.node(
      'LayerNormalization',
      [x!, emitter.constant(floats(new Float32Array(inputs[0]!.shape.at(-1)!).fill(1)))],
      {
        attributes: { axis: { int: -1 }, epsilon: { float: attributes.epsilon } },
        outputs: 3,
      },
    ),
  gradient: ({ outputs: [normal, , inverseDeviation], dy }) => [
    normalizeGradient(normal!, inverseDeviation!, dy),
  ],
  examples: [
    { inputs: [[3, 8]], attributes: { epsilon: 1e-5 } },
    { inputs: [[2, 2, 6]], attributes: { epsilon: 1e-3 } },
  ],
});

/**
 * Subtracts the mean of each row (last axis) and divides by its standard deviation `√(variance + epsilon)`.
 * Returns the result, the means and the inverse deviations (both `[…, 1]`).
 * Only the first output has a gradient.
 */
export function normalize(x: Tensor, epsilon: number): readonly [Tensor, Tensor, Tensor] {
  return applyAll(operator, [x], { epsilon }) as unknown as readonly [Tensor, Tensor, Tensor];
}

/** `(dy − mean(dy) − x̂·mean(dy·x̂)) / σ`, all means over the last axis. */
export function normalizeGradient(normal: Tensor, inverseDeviation: Tensor, dy: Tensor): Tensor {
  const last = [normal.shape.length - 1];
  const along = mul(normal, reduceMean(mul(dy, normal), last));
  return mul(sub(dy, add(along, reduceMean(dy, last))), inverseDeviation);
}
