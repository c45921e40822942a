import { apply, defineOperator } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { mul } from './mul.ts';
import { reduceSum } from './reduce-sum.ts';
import { sub } from './sub.ts';

const operator = defineOperator({
  name: 'softmax',
  infer: ([x]) => [x!],
  onnx: (emitter, inputs) => emitter.node('Softmax', inputs, { attributes: { axis: { int: -1 } } }),
  gradient: ({ outputs: [y], dy }) => {
    const weighted = mul(dy, y!);
    return [sub(weighted, mul(y!, reduceSum(weighted, [y!.shape.length - 1])))];
  },
  examples: [
    { inputs: [[2, 5]], attributes: {} },
    { inputs: [[2, 2, 3, 4]], attributes: {} },
  ],
});

/** Softmax over the last axis. */
export function softmax(x: Tensor): Tensor {
  return apply(operator, [x], {});
}
