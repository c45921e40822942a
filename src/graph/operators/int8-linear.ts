/** @file Linear layers with 8-bit integers: inputs are quantised row by row as they come, weights beforehand. */
import { ints, sizeOf } from '../host-tensor.ts';
import { apply, defineOperator, type OnnxEmitter } from '../operator.ts';
import { scalar, type Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { div } from './div.ts';
import { mul } from './mul.ts';
import { type QuantisedWeight, symmetricScales } from './quantised-weight.ts';
import { reshape } from './reshape.ts';
import { transpose } from './transpose.ts';

/** The integer that stands for 0 in rows, whose values are symmetric about it. */
const zeroPoint = 128;

const operator = defineOperator({
  name: 'int8Linear',
  onlyOnCpu: true,
  infer: ([x, values]) => [{ dtype: 'float32', shape: [x!.shape[0]!, values!.shape[1]!] }],
  onnx: (emitter, [x, values, scales], { inputs }) => {
    const [rows, rowScales] = quantisedRows(emitter, x!, inputs[0]!.shape[0]!);
    return emitter.node('MatMulIntegerToFloat', [rows, values!, rowScales, scales!, byte(emitter)], {
      domain: 'com.microsoft',
    });
  },
  gradient: null,
  flops: ({ inputs: [x, values] }) => 2 * x!.shape[0]! * sizeOf(values!.shape),
  scratchBytes: ({ inputs: [x] }) => sizeOf(x!.shape),
  examples: [
    { inputs: [[3, 4], { shape: [4, 2], values: 'int8' }, [2]], attributes: {} },
    { inputs: [[2, 6], { shape: [6, 5], values: 'int8' }, []], attributes: {} },
  ],
});

/**
 * `x·Wᵀ + bias` for x `[rows, in]` and a quantised weight `[out, in]`. Each row of x is rounded to 255 steps between
 * plus and minus its largest value.
 */
export function int8Linear(x: Tensor, { values, scales, divisors }: QuantisedWeight, bias?: Tensor): Tensor {
  const y = apply(operator, [divisors ? div(x, divisors) : x, values, scales], {});
  return bias ? add(y, bias) : y;
}

/** `y·W`, the gradient of `int8Linear` for x: y `[rows, out]` → `[rows, in]`. Uses the same integers. */
export function int8LinearBack(y: Tensor, { values, scales, divisors }: QuantisedWeight): Tensor {
  const x = apply(operator, [mul(y, scales), transpose(values, [1, 0]), scalar(1)], {});
  return divisors ? div(x, divisors) : x;
}

/** x `[rows, k]` as unsigned bytes, and the scale of each row `[rows, 1]`. */
function quantisedRows(emitter: OnnxEmitter, x: string, rows: number): [bytes: string, scales: string] {
  const scales = symmetricScales(emitter, x, true);
  const each = emitter.constant(ints([rows]));
  const bytes = emitter.node(
    'QuantizeLinear',
    [x, emitter.node('Reshape', [scales, each])[0]!, emitter.node('Expand', [byte(emitter), each])[0]!],
    { attributes: { axis: { int: 0 } } },
  );
  return [bytes[0]!, scales];
}

function byte(emitter: OnnxEmitter): string {
  const value = emitter.constant(ints([zeroPoint], []));
  return emitter.node('Cast', [value], { attributes: { to: { int: 2 } } })[0]!;
}

/** Rows of a tensor `[…, k]` as a matrix. */
export function asRows(x: Tensor): Tensor {
  const width = x.shape.at(-1)!;
  return reshape(x, [sizeOf(x.shape) / width, width]);
}
