/** @file Two-dimensional convolution. Its gradients are again convolutions and matrix products. */
import { type FloatTensor, floats, ints, sizeOf } from '../host-tensor.ts';
import { apply, defineOperator, ShapeError } from '../operator.ts';
import { constant, nodeOf, type Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { concat } from './concat.ts';
import { quantisedWeight } from './find-quantised.ts';
import { int8Convolution, int8ConvolutionBack } from './int8-convolution.ts';
import { matmul } from './matmul.ts';
import { pad } from './pad.ts';
import { reduceSum } from './reduce-sum.ts';
import { reshape } from './reshape.ts';
import { slice } from './slice.ts';
import { transpose } from './transpose.ts';

/** Zero padding of an image: `[top, left, bottom, right]`. */
export type Padding = readonly [top: number, left: number, bottom: number, right: number];

interface Attributes {
  readonly stride: number;
  readonly padding: Padding;
}

const operator = defineOperator<Attributes>({
  name: 'conv2d',
  infer: ([x, weight, bias], { stride, padding: [top, left, bottom, right] }) => {
    const [n, channels, height, width] = x!.shape as [number, number, number, number];
    const [outer, inner, kh, kw] = weight!.shape as [number, number, number, number];
    if (x!.shape.length !== 4 || inner !== channels || (bias && bias.shape[0] !== outer)) {
      throw new ShapeError(`a convolution with weight [${weight!.shape}] cannot be applied to [${x!.shape}]`);
    }
    const h = Math.floor((height + top + bottom - kh) / stride) + 1;
    const w = Math.floor((width + left + right - kw) / stride) + 1;
    return [{ dtype: x!.dtype, shape: [n, outer, h, w] }];
  },
  lower: ([x, weight, bias], { stride, padding }) => {
    const forward = quantisedWeight(weight!);
    if (forward) return [int8Convolution(x!, forward, bias, { stride, padding })];
    const flip = nodeOf(weight!);
    const back = flip?.operator.name === 'flipKernel' ? quantisedWeight(flip.inputs[0]!) : undefined;
    return back && stride === 1 && !bias ? [int8ConvolutionBack(x!, back, padding)] : undefined;
  },
  onnx: (emitter, inputs, { attributes: { stride, padding } }) =>
    emitter.node('Conv', inputs, {
      attributes: { strides: { ints: [stride, stride] }, pads: { ints: padding } },
    }),
  gradient: ({ inputs: [x, weight, bias], attributes: { stride, padding }, dy, needs }) => {
    const dense = needs[0] || needs[1] ? dilated(dy, stride, x!, weight!, padding) : dy;
    return [
      needs[0] ? inputGradient(dense, weight!, padding) : undefined,
      needs[1] ? weightGradient(x!, dense, weight!, padding) : undefined,
      needs[2] ? reshape(reduceSum(dy, [0, 2, 3]), bias!.shape) : undefined,
    ];
  },
  flops: ({ inputs: [, weight], outputs: [y] }) =>
    (2 * sizeOf(y!.shape) * sizeOf(weight!.shape)) / weight!.shape[0]!,
  examples: [
    { inputs: [[2, 3, 4, 5], [2, 3, 3, 3], [2]], attributes: { stride: 1, padding: [1, 1, 1, 1] } },
    { inputs: [[2, 2, 6, 4], [3, 2, 3, 3], [3]], attributes: { stride: 2, padding: [1, 1, 1, 1] } },
    {
      inputs: [
        [1, 2, 5, 7],
        [2, 2, 3, 3],
      ],
      attributes: { stride: 2, padding: [0, 0, 1, 1] },
    },
    { inputs: [[2, 3, 2, 2], [4, 3, 1, 1], [4]], attributes: { stride: 1, padding: [0, 0, 0, 0] } },
    { inputs: [[1, 20, 4, 3], [1, 20, 3, 3], [1]], attributes: { stride: 1, padding: [1, 1, 1, 1] } },
  ],
});

const flipOperator = defineOperator({
  name: 'flipKernel',
  infer: ([weight]) => {
    const [outer, inner, kh, kw] = weight!.shape as [number, number, number, number];
    return [{ dtype: weight!.dtype, shape: [inner, outer, kh, kw] }];
  },
  onnx: (emitter, [weight], { inputs: [kernel] }) => {
    const { shape } = kernel!;
    const taps = shape[2]! * shape[3]!;
    const swap = { attributes: { perm: { ints: [1, 0, 2, 3] } } };
    if (taps === 1) return emitter.node('Transpose', [weight!], swap);
    // Taps are reversed by a product with a permutation matrix: ONNX Runtime's Slice with negative steps goes element
    // by element.
    const sized = (name: string, dimensions: readonly number[]) =>
      emitter.node('Reshape', [name, emitter.constant(ints(dimensions))])[0]!;
    const [reversed] = emitter.node('MatMul', [sized(weight!, [-1, taps]), emitter.constant(reversal(taps))]);
    return emitter.node('Transpose', [sized(reversed!, shape)], swap);
  },
  gradient: ({ dy }) => [flipKernel(dy)],
  examples: [
    { inputs: [[2, 3, 3, 3]], attributes: {} },
    { inputs: [[3, 2, 1, 1]], attributes: {} },
  ],
});

/** The matrix whose product with a row reverses it. */
function reversal(size: number): FloatTensor {
  const data = new Float32Array(size * size);
  for (let i = 0; i < size; i++) data[i * size + size - 1 - i] = 1;
  return floats(data, [size, size]);
}

/**
 * Convolution (cross-correlation, as in all frameworks): x `[n, in, h, w]`, weight `[out, in, kh, kw]`, bias `[out]` or
 * none → `[n, out, h', w']`. Default padding: (k − 1) / 2 on every side.
 */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  { stride = 1, padding = centred(weight) }: { stride?: number; padding?: Padding } = {},
): Tensor {
  const [outer, inner, kh, kw] = weight.shape as [number, number, number, number];
  if (outer === 1 && kh * kw > 1 && kh * kw <= inner && stride === 1) {
    return narrowConvolution(x, weight, bias, padding);
  }
  return apply(operator, bias ? [x, weight, bias] : [x, weight], { stride, padding });
}

/** A kernel with input and output channels swapped and both spatial axes reversed: `[out, in, …]` → `[in, out, …]`. */
export function flipKernel(weight: Tensor): Tensor {
  return apply(flipOperator, [weight], {});
}

/**
 * Convolution to a single output channel. Unfolding a large image (im2col) for one row of weights would cost far more
 * than the arithmetic, so each tap of the kernel becomes a 1×1 convolution first; a second convolution, whose kernel
 * selects tap k at position k, then shifts and sums the resulting images.
 */
function narrowConvolution(x: Tensor, weight: Tensor, bias: Tensor | undefined, padding: Padding): Tensor {
  const [n, inner, height, width] = x.shape as [number, number, number, number];
  const [, , kh, kw] = weight.shape as [number, number, number, number];
  const taps = kh * kw;
  const rows = transpose(reshape(weight, [inner, taps]), [1, 0]);
  const pictures = reshape(matmul(rows, reshape(x, [n, inner, height * width])), [n, taps, height, width]);
  const pick = new Float32Array(taps * taps);
  for (let tap = 0; tap < taps; tap++) pick[tap * taps + tap] = 1;
  const y = apply(operator, [pictures, constant(floats(pick, [1, taps, kh, kw]))], { stride: 1, padding });
  return bias ? add(y, reshape(bias, [1, 1, 1, 1])) : y;
}

/** Inserts `stride − 1` zeros between the gradients, so that the rest can treat the convolution as one of stride 1. */
function dilated(
  dy: Tensor,
  stride: number,
  x: Tensor,
  weight: Tensor,
  [top, left, bottom, right]: Padding,
): Tensor {
  if (stride === 1) return dy;
  const [n, channels, h, w] = dy.shape as [number, number, number, number];
  const spread = pad(pad(reshape(dy, [n, channels, h, 1, w, 1]), 3, 0, stride - 1), 5, 0, stride - 1);
  const wide = reshape(spread, [n, channels, h * stride, w * stride]);
  const resized = (value: Tensor, axis: number, size: number) =>
    size <= value.shape[axis]! ? slice(value, axis, 0, size) : pad(value, axis, 0, size - value.shape[axis]!);
  const height = x.shape[2]! + top + bottom - weight.shape[2]! + 1;
  const width = x.shape[3]! + left + right - weight.shape[3]! + 1;
  return resized(resized(wide, 2, height), 3, width);
}

function inputGradient(dy: Tensor, weight: Tensor, [top, left, bottom, right]: Padding): Tensor {
  const [kh, kw] = weight.shape.slice(2) as [number, number];
  return conv2d(dy, flipKernel(weight), undefined, {
    padding: [kh - 1 - top, kw - 1 - left, kh - 1 - bottom, kw - 1 - right],
  });
}

/**
 * One matrix product per tap of the kernel, each over the whole batch. The spatial axes are moved to the front first
 * (a matrix transpose), so that the window of a tap consists of long contiguous slices.
 */
function weightGradient(x: Tensor, dy: Tensor, weight: Tensor, [top, left, bottom, right]: Padding): Tensor {
  const [outer, inner, kh, kw] = weight.shape as [number, number, number, number];
  const [n, , h, w] = dy.shape as [number, number, number, number];
  const pixels = n * h * w;
  const rows = reshape(pixelsFirst(dy), [pixels, outer]);
  const around = pad(pad(pixelsFirst(x), 1, left, right), 0, top, bottom);
  const columns = Array.from({ length: kw }, (_, j) => slice(around, 1, j, j + w));
  const taps: Tensor[] = [];
  for (let i = 0; i < kh; i++) {
    for (const column of columns) {
      const window = reshape(slice(column, 0, i, i + h), [pixels, inner]);
      taps.push(reshape(matmul(rows, window, { transposeA: true }), [1, outer * inner]));
    }
  }
  return reshape(transpose(concat(taps, 0), [1, 0]), weight.shape);
}

/** Images `[n, c, h, w]` as `[h, w, n·c]`. */
function pixelsFirst(x: Tensor): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  return reshape(transpose(reshape(x, [n * c, h * w]), [1, 0]), [h, w, n * c]);
}

function centred(weight: Tensor): Padding {
  const [y, x] = weight.shape.slice(2).map((size) => (size - 1) / 2) as [number, number];
  return [y, x, y, x];
}
