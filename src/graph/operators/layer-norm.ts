import { apply, defineOperator } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { sumTo } from './broadcast.ts';
import { mul } from './mul.ts';
import { normalize, normalizeGradient } from './normalize.ts';

const operator = defineOperator<{ epsilon: number }>({
  name: 'layerNorm',
  infer: ([x]) => [x!],
  onnx: (emitter, inputs, { attributes }) =>
    emitter.node('LayerNormalization', inputs, {
      attributes: { axis: { int: -1 }, epsilon: { float: attributes.epsilon } },
    }),
  gradient: ({ inputs: [x, weight, bias], attributes: { epsilon }, dy, needs }) => {
    const [normal, , inverseDeviation] = normalize(x!, epsilon);
    return [
      needs[0] ? normalizeGradient(normal, inverseDeviation, mul(dy, weight!)) : undefined,
      needs[1] ? sumTo(mul(dy, normal), weight!.shape) : undefined,
      needs[2] ? sumTo(dy, bias!.shape) : undefined,
    ];
  },
  examples: [
    { inputs: [[3, 8], [8], [8]], attributes: { epsilon: 1e-5 } },
    { inputs: [[2, 2, 6], [6], [6]], attributes: { epsilon: 1e-3 } },
  ],
});

/** Layer normalisation over the last axis (Ba et al. 2016): x `[…, c]`, weight and bias `[c]`. */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, epsilon = 1e-5): Tensor {
  return apply(operator, [x, weight, bias], { epsilon });
}
