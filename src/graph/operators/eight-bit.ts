/**
 * @file Trained weights whose products are computed in 8 bits: rounded anew whenever they are used, while gradients and
 * optimiser have the values themselves.
 */
import { int8s, ints, sizeOf } from '../host-tensor.ts';
import { apply, applyAll, defineOperator } from '../operator.ts';
import { nodeOf, type Tensor } from '../tensor.ts';
import { type QuantisedWeight, symmetricScales } from './quantised-weight.ts';

const mark = defineOperator({
  name: 'eightBit',
  alias: true,
  infer: ([weight]) => [weight!],
  onnx: (_, [weight]) => [weight!],
  gradient: ({ dy }) => [dy],
  examples: [{ inputs: [[3, 2]], attributes: {} }],
});

const rounding = defineOperator({
  name: 'roundedColumns',
  onlyOnCpu: true,
  infer: ([weight]) => {
    const [out] = weight!.shape as [number];
    return [
      { dtype: 'int8', shape: [sizeOf(weight!.shape) / out, out] },
      { dtype: 'float32', shape: [out] },
    ];
  },
  onnx: (emitter, [weight], { inputs }) => {
    const [out, inner, ...taps] = inputs[0]!.shape as [number, number, ...number[]];
    const count = sizeOf(taps);
    const sized = (name: string, ...size: number[]) =>
      emitter.node('Reshape', [name, emitter.constant(ints(size))])[0]!;
    const rows = sized(weight!, out, inner * count);
    const scales = symmetricScales(emitter, rows, false);
    const zeros = emitter.constant(int8s(new Int8Array(out)));
    const [bytes] = emitter.node('QuantizeLinear', [rows, scales, zeros], {
      attributes: { axis: { int: 0 } },
    });
    const [ordered] = emitter.node('Transpose', [sized(bytes!, out, inner, count)], {
      attributes: { perm: { ints: [2, 1, 0] } },
    });
    return [sized(ordered!, count * inner, out), scales];
  },
  gradient: null,
  examples: [
    { inputs: [[3, 2]], attributes: {} },
    { inputs: [[4, 2, 3]], attributes: {} },
  ],
});

/** The same weight `[out, in, …taps]`, whose products are computed in 8 bits. */
export function inEightBits(weight: Tensor): Tensor {
  return apply(mark, [weight], {});
}

/** The weight rounded to integers, where it was given to `inEightBits`; `undefined` for others. */
export function roundedWeight(tensor: Tensor): QuantisedWeight | undefined {
  const node = nodeOf(tensor);
  if (node?.operator.name !== mark.name) return undefined;
  const [values, scales] = applyAll(rounding, [node.inputs[0]!], {});
  return { values: values!, scales: scales!, shape: tensor.shape };
}
