/**
 * @file Weights that are stored as 8-bit integers. For differentiation they are f32 tensors like any other; products
 * with them are computed in 8 bits (`int8-linear.ts`, `int8-convolution.ts`).
 */
import { ints, type Shape, sizeOf } from '../host-tensor.ts';
import { apply, defineOperator, ShapeError } from '../operator.ts';
import { nodeOf, type Tensor } from '../tensor.ts';
import type { QuantisedWeight } from './quantised-weight.ts';

interface Attributes {
  readonly shape: Shape;
}

const operator = defineOperator<Attributes>({
  name: 'dequantised',
  infer: ([values, scales, divisors], { shape }) => {
    const [out, inner] = shape as [number, number];
    const [rows, columns] = values!.shape as [number, number];
    if (
      columns !== out ||
      rows * columns !== sizeOf(shape) ||
      scales!.shape[0] !== out ||
      (divisors && divisors.shape[0] !== inner)
    ) {
      throw new ShapeError(`quantised values [${values!.shape}] do not make a weight [${shape}]`);
    }
    return [{ dtype: 'float32', shape }];
  },
  onnx: (emitter, [values, scales, divisors], { attributes: { shape } }) => {
    const [out, inner, ...taps] = shape as [number, number, ...number[]];
    const sized = (name: string, size: Shape) =>
      emitter.node('Reshape', [name, emitter.constant(ints(size))])[0]!;
    const [floats] = emitter.node('Cast', [values!], { attributes: { to: { int: 1 } } });
    const [scaled] = emitter.node('Mul', [floats!, scales!]);
    const axes = sized(scaled!, [...taps, inner, out]);
    const [divided] = divisors ? emitter.node('Div', [axes, sized(divisors, [inner, 1])]) : [axes];
    const last = taps.length;
    const order = [last + 1, last, ...taps.map((_, axis) => axis)];
    return emitter.node('Transpose', [divided!], { attributes: { perm: { ints: order } } });
  },
  gradient: null,
  examples: [
    { inputs: [{ shape: [6, 2], values: 'int8' }, [2]], attributes: { shape: [2, 6] } },
    {
      inputs: [{ shape: [18, 3], values: 'int8' }, [3], { shape: [2], values: 'positive' }],
      attributes: { shape: [3, 2, 3, 3] },
    },
  ],
});

/** The weight as an f32 tensor. Its gradient is never computed: it is frozen. */
export function dequantised({ values, scales, divisors, shape }: QuantisedWeight): Tensor {
  return apply(operator, divisors ? [values, scales, divisors] : [values, scales], { shape });
}

/** What a tensor was made of by `dequantised`; `undefined` for others. */
export function integersOf(tensor: Tensor): QuantisedWeight | undefined {
  const node = nodeOf(tensor);
  if (node?.operator.name !== operator.name) return undefined;
  const [values, scales, divisors] = node.inputs;
  return { values: values!, scales: scales!, divisors, shape: tensor.shape };
}
