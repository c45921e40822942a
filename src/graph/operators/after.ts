import { floats } from '../host-tensor.ts';
import { apply, defineOperator } from '../operator.ts';
import type { Tensor } from '../tensor.ts';

const operator = defineOperator({
  name: 'after',
  infer: ([x]) => [x!],
  onnx: (emitter, [x, signal]) => {
    const [peak] = emitter.node('ReduceMax', [signal!], { attributes: { keepdims: { int: 0 } } });
    const [broken] = emitter.node('IsNaN', [peak!]);
    const [flag] = emitter.node('Cast', [broken!], { attributes: { to: { int: 1 } } });
    const [zero] = emitter.node('Mul', [flag!, emitter.constant(floats(new Float32Array(1), []))]);
    return emitter.node('Add', [x!, zero!]);
  },
  gradient: ({ dy }) => [dy, undefined],
  examples: [
    { inputs: [[2, 3], [4]], attributes: {} },
    { inputs: [[5], [2, 2]], attributes: {} },
  ],
});

/**
 * `x` itself, but not before `signal` has been computed, and never merged with other copies of `x`. What is computed
 * from it is therefore computed late: this is how recomputation stays recomputation in a runtime that merges equal
 * nodes and orders them freely. (`x + 0·isNaN(max(signal))`: nothing a runtime could simplify away.)
 */
export function after(x: Tensor, signal: Tensor): Tensor {
  return apply(operator, [x, signal], {});
}
