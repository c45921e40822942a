/** @file Nearest-neighbour upsampling and sum pooling: each is the gradient of the other. */
import { floats } from '../host-tensor.ts';
import { apply, defineOperator, ShapeError } from '../operator.ts';
import type { Tensor } from '../tensor.ts';

const upsampleOperator = defineOperator<{ factor: number }>({
  name: 'upsampleNearest',
  infer: ([x], { factor }) => {
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    return [{ dtype: x!.dtype, shape: [n, c, h * factor, w * factor] }];
  },
  onnx: (emitter, [x], { attributes: { factor } }) =>
    emitter.node('Resize', [x!, '', emitter.constant(floats(Float32Array.of(1, 1, factor, factor)))], {
      attributes: {
        mode: { string: 'nearest' },
        nearest_mode: { string: 'floor' },
        coordinate_transformation_mode: { string: 'asymmetric' },
      },
    }),
  gradient: ({ attributes: { factor }, dy }) => [sumPool(dy, factor)],
  examples: [
    { inputs: [[1, 2, 2, 3]], attributes: { factor: 2 } },
    { inputs: [[2, 1, 1, 2]], attributes: { factor: 3 } },
  ],
});

const poolOperator = defineOperator<{ factor: number }>({
  name: 'sumPool',
  infer: ([x], { factor }) => {
    const [n, c, h, w] = x!.shape as [number, number, number, number];
    if (h % factor !== 0 || w % factor !== 0) {
      throw new ShapeError(`[${x!.shape}] does not divide into ${factor}×${factor} blocks`);
    }
    return [{ dtype: x!.dtype, shape: [n, c, h / factor, w / factor] }];
  },
  onnx: (emitter, inputs, { attributes: { factor } }) => {
    const mean = emitter.node('AveragePool', inputs, {
      attributes: { kernel_shape: { ints: [factor, factor] }, strides: { ints: [factor, factor] } },
    });
    return emitter.node('Mul', [...mean, emitter.constant(floats(Float32Array.of(factor * factor), []))]);
  },
  gradient: ({ attributes: { factor }, dy }) => [upsampleNearest(dy, factor)],
  examples: [
    { inputs: [[1, 2, 4, 2]], attributes: { factor: 2 } },
    { inputs: [[2, 1, 3, 6]], attributes: { factor: 3 } },
  ],
});

/** Repeats every pixel `factor` times along both spatial axes: `[n, c, h, w]` → `[n, c, h·factor, w·factor]`. */
export function upsampleNearest(x: Tensor, factor: number): Tensor {
  return apply(upsampleOperator, [x], { factor });
}

/** Sums over blocks of `factor`×`factor` pixels. */
export function sumPool(x: Tensor, factor: number): Tensor {
  return apply(poolOperator, [x], { factor });
}
