/** @file Declaration of unary and binary element-wise operators. */
import { apply, defineOperator, type GradientContext, type OnnxAttribute } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { broadcastShapes, sumTo } from './broadcast.ts';

type NoAttributes = Record<never, never>;

/** Declares a binary operator with broadcasting; `gradient` returns the gradients before they are summed to shape. */
export function binary(
  name: string,
  opType: string,
  gradient: (context: GradientContext<NoAttributes>) => readonly [() => Tensor, () => Tensor],
): (a: Tensor, b: Tensor) => Tensor {
  const operator = defineOperator<NoAttributes>({
    name,
    infer: ([a, b]) => [{ dtype: a!.dtype, shape: broadcastShapes(a!.shape, b!.shape) }],
    onnx: (emitter, inputs) => emitter.node(opType, inputs),
    gradient: (context) =>
      gradient(context).map((one, i) =>
        context.needs[i] ? sumTo(one(), context.inputs[i]!.shape) : undefined,
      ),
    examples: [
      { inputs: [[2, 3, 4], { shape: [2, 3, 4], values: 'positive' }], attributes: {} },
      { inputs: [[2, 3, 4], { shape: [3, 1], values: 'positive' }], attributes: {} },
      { inputs: [[1, 4], { shape: [2, 3, 4], values: 'positive' }], attributes: {} },
      { inputs: [[2, 2], { shape: [], values: 'positive' }], attributes: {} },
    ],
  });
  return (a, b) => apply(operator, [a, b], {});
}

/** Declares a unary operator. */
export function unary(
  name: string,
  opType: string,
  gradient: (context: GradientContext<NoAttributes>) => Tensor,
  options: {
    positive?: boolean;
    domain?: 'com.microsoft';
    attributes?: Record<string, OnnxAttribute>;
  } = {},
): (x: Tensor) => Tensor {
  const { positive = false, ...emission } = options;
  const values = (shape: readonly number[]) => (positive ? ({ shape, values: 'positive' } as const) : shape);
  const operator = defineOperator<NoAttributes>({
    name,
    infer: ([x]) => [x!],
    onnx: (emitter, inputs) => emitter.node(opType, inputs, emission),
    gradient: (context) => [gradient(context)],
    examples: [
      { inputs: [values([3, 5])], attributes: {} },
      { inputs: [values([2, 3, 2, 2])], attributes: {} },
      { inputs: [values([])], attributes: {} },
    ],
  });
  return (x) => apply(operator, [x], {});
}
