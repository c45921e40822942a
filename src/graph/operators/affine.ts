import { sizeOf } from '../host-tensor.ts';
import { apply, defineOperator, ShapeError } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { sumTo } from './broadcast.ts';
import { quantisedWeight } from './find-quantised.ts';
import { asRows, int8Linear } from './int8-linear.ts';
import { matmul } from './matmul.ts';
import { reshape } from './reshape.ts';

const operator = defineOperator({
  name: 'affine',
  infer: ([x, weight, bias]) => {
    const [rows, inner] = x!.shape as [number, number];
    const [outer, inner2] = weight!.shape as [number, number];
    if (inner !== inner2 || (bias && bias.shape[0] !== outer)) {
      throw new ShapeError(
        `a linear layer with weight [${weight!.shape}] cannot be applied to [${x!.shape}]`,
      );
    }
    return [{ dtype: x!.dtype, shape: [rows, outer] }];
  },
  lower: ([x, weight, bias]) => {
    const quantised = quantisedWeight(weight!);
    return quantised && [int8Linear(x!, quantised, bias)];
  },
  onnx: (emitter, inputs) => emitter.node('Gemm', inputs, { attributes: { transB: { int: 1 } } }),
  gradient: ({ inputs: [x, weight, bias], dy, needs }) => [
    needs[0] ? matmul(dy, weight!) : undefined,
    needs[1] ? matmul(dy, x!, { transposeA: true }) : undefined,
    needs[2] ? sumTo(dy, bias!.shape) : undefined,
  ],
  flops: ({ inputs: [x, weight] }) => 2 * x!.shape[0]! * sizeOf(weight!.shape),
  examples: [
    { inputs: [[3, 4], [2, 4], [2]], attributes: {} },
    {
      inputs: [
        [5, 2],
        [3, 2],
      ],
      attributes: {},
    },
  ],
});

/** Linear layer `x·Wᵀ + b` over the last axis: x `[…, in]`, weight `[out, in]`, optional bias `[out]`. */
export function affine(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const rows = asRows(x);
  const y = apply(operator, bias ? [rows, weight, bias] : [rows, weight], {});
  return reshape(y, [...x.shape.slice(0, -1), y.shape[1]!]);
}
