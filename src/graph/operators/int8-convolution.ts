/** @file Convolutions with 8-bit integers: inputs are quantised as they come, weights beforehand. */
import { floats, ints, type Shape, sizeOf } from '../host-tensor.ts';
import { apply, defineOperator, type OnnxEmitter } from '../operator.ts';
import { constant, filled, type Tensor } from '../tensor.ts';
import { div } from './div.ts';
import { gather } from './gather.ts';
import { int8Linear } from './int8-linear.ts';
import { type QuantisedWeight, smallestScale } from './quantised-weight.ts';
import { reshape } from './reshape.ts';
import { transpose } from './transpose.ts';

/** Kernel, stride and padding of a convolution. */
export interface Int8ConvolutionOptions {
  readonly kernel: readonly [height: number, width: number];
  readonly stride: number;
  readonly padding: readonly [top: number, left: number, bottom: number, right: number];
  /**
   * Convolution over time: the frames of a video are the rows of one image, and the pixels of a frame its columns.
   * Default: over each image.
   */
  readonly frames?: number;
}

const operator = defineOperator<Int8ConvolutionOptions>({
  name: 'int8Convolution',
  onlyOnCpu: true,
  infer: ([x, values], options) => {
    const [n, , height, width] = x!.shape as [number, number, number, number];
    const size = options.frames === undefined ? sizeAfter([height, width], options) : [height, width];
    return [{ dtype: 'float32', shape: [n, values!.shape[1]!, ...size] }];
  },
  onnx: (emitter, [x, values, scales, divisors, bias, pixels], { inputs, outputs, attributes }) => {
    const [, channels] = inputs[0]!.shape as [number, number];
    const { images, height, width } = gridOf(inputs[0]!.shape, attributes);
    const { kernel, padding } = attributes;
    const reshaped = (name: string, shape: Shape) =>
      emitter.node('Reshape', [name, emitter.constant(ints(shape))])[0]!;
    const { bytes, scale, zero } = quantised(emitter, x!, divisors!, channels);
    const [channelsLast] = emitter.node('Transpose', [bytes], {
      attributes: { perm: { ints: [0, 2, 3, 1] } },
    });
    let rows = channelsLast!;
    if (!isPointwise(attributes)) {
      const [top, left, bottom, right] = padding;
      const around = emitter.constant(ints([0, top, left, 0, 0, bottom, right, 0]));
      const [padded] = emitter.node('Pad', [reshaped(rows, [images, height, width, channels]), around, zero]);
      const all = reshaped(padded!, [images, (height + top + bottom) * (width + left + right), channels]);
      rows = emitter.node('Gather', [all, pixels!], { attributes: { axis: { int: 1 } } })[0]!;
    }
    const [n, out, h, w] = outputs[0]!.shape as [number, number, number, number];
    const matrix = reshaped(rows, [n * h * w, kernel[0] * kernel[1] * channels]);
    const [y] = emitter.node('MatMulIntegerToFloat', [matrix, values!, scale, scales!, zero, '', bias!], {
      domain: 'com.microsoft',
    });
    return emitter
      .node('Transpose', [reshaped(y!, [n, h * w, out])], { attributes: { perm: { ints: [0, 2, 1] } } })
      .map((name) => reshaped(name, [n, out, h, w]));
  },
  gradient: null,
  flops: ({ inputs: [, values], outputs: [y] }) =>
    (2 * sizeOf(y!.shape) * sizeOf(values!.shape)) / values!.shape[1]!,
  // The bytes, in two layouts, or the windows of the kernel; and the result before its axes are exchanged.
  scratchBytes: ({ inputs: [x, values], outputs: [y] }) =>
    sizeOf(x!.shape) + (sizeOf(y!.shape) / values!.shape[1]!) * values!.shape[0]! + 4 * sizeOf(y!.shape),
  examples: [
    {
      inputs: [
        [2, 3, 4, 5],
        { shape: [27, 2], values: 'int8' },
        [2],
        { shape: [3], values: 'positive' },
        [2],
        { shape: [180], values: { below: 42 } },
      ],
      attributes: { kernel: [3, 3], stride: 1, padding: [1, 1, 1, 1] },
    },
    {
      inputs: [
        [2, 3, 2, 2],
        { shape: [3, 4], values: 'int8' },
        [4],
        { shape: [3], values: 'positive' },
        [4],
        { shape: [1], values: { below: 1 } },
      ],
      attributes: { kernel: [1, 1], stride: 1, padding: [0, 0, 0, 0] },
    },
  ],
});

/**
 * Convolution of x `[n, in, h, w]` with a quantised weight `[out, in, kh, kw]`, plus bias `[out]`. Divided by their
 * channel's divisor, all values of x are rounded to 256 steps between the lowest and the highest.
 */
export function int8Convolution(
  x: Tensor,
  weight: QuantisedWeight,
  bias: Tensor | undefined,
  { stride, padding }: Pick<Int8ConvolutionOptions, 'stride' | 'padding'>,
): Tensor {
  const [out, inner, kh, kw] = weight.shape as [number, number, number, number];
  const options: Int8ConvolutionOptions = { kernel: [kh, kw], stride, padding };
  if (isPointwise(options)) {
    // Rows of pixels can have a scale each.
    const [n, , h, w] = x.shape as [number, number, number, number];
    const rows = reshape(transpose(reshape(x, [n, inner, h * w]), [0, 2, 1]), [n * h * w, inner]);
    const y = int8Linear(rows, weight, bias);
    return reshape(transpose(reshape(y, [n, h * w, out]), [0, 2, 1]), [n, out, h, w]);
  }
  return applied(x, weight, bias, options);
}

/**
 * Causal convolution over the frames of videos, in 8 bits: x `[videos·frames, in, pixels]`, a quantised weight `[out,
 * in, taps]` → `[videos·frames, out, pixels]` (see `causalConv`).
 */
export function int8CausalConvolution(x: Tensor, weight: QuantisedWeight, frames: number): Tensor {
  const [n, channels, pixels] = x.shape as [number, number, number];
  const taps = weight.shape[2]!;
  const y = applied(reshape(x, [n, channels, 1, pixels]), weight, undefined, {
    kernel: [taps, 1],
    stride: 1,
    padding: [taps - 1, 0, 0, 0],
    frames,
  });
  return reshape(y, [n, y.shape[1]!, pixels]);
}

function applied(
  x: Tensor,
  { values, scales, divisors, shape }: QuantisedWeight,
  bias: Tensor | undefined,
  options: Int8ConvolutionOptions,
): Tensor {
  const [out, inner] = shape as [number, number];
  const { height, width } = gridOf(x.shape, options);
  return apply(
    operator,
    [
      x,
      values,
      scales,
      divisors ?? filled([inner], 1),
      bias ?? filled([out], 0),
      windows(height, width, options),
    ],
    options,
  );
}

/**
 * The convolution of y `[n, out, h, w]` with the kernel of a quantised weight flipped and its channels exchanged, of
 * stride 1: the gradient for the input of a convolution. Uses the same integers.
 */
export function int8ConvolutionBack(
  y: Tensor,
  { values, scales, divisors, shape }: QuantisedWeight,
  padding: Int8ConvolutionOptions['padding'],
): Tensor {
  const [out, inner, kh, kw] = shape as [number, number, number, number];
  const taps = kh * kw;
  const reversed = gather(
    reshape(values, [taps, inner, out]),
    constant(ints(Array.from({ length: taps }, (_, tap) => taps - 1 - tap))),
  );
  return int8Convolution(
    y,
    {
      values: reshape(transpose(reversed, [0, 2, 1]), [taps * out, inner]),
      scales: divisors ? div(filled([inner], 1), divisors) : filled([inner], 1),
      divisors: div(filled([out], 1), scales),
      shape: [inner, out, kh, kw],
    },
    undefined,
    { stride: 1, padding },
  );
}

/** The images that the kernel passes over. */
function gridOf(
  shape: Shape,
  { frames }: Int8ConvolutionOptions,
): { readonly images: number; readonly height: number; readonly width: number } {
  const [n, , height, width] = shape as [number, number, number, number];
  return frames === undefined
    ? { images: n, height, width }
    : { images: n / frames, height: frames, width: height * width };
}

function sizeAfter(
  [height, width]: readonly [number, number],
  { kernel: [kh, kw], stride, padding: [top, left, bottom, right] }: Int8ConvolutionOptions,
): [height: number, width: number] {
  return [
    Math.floor((height + top + bottom - kh) / stride) + 1,
    Math.floor((width + left + right - kw) / stride) + 1,
  ];
}

function isPointwise({ kernel, stride, padding }: Int8ConvolutionOptions): boolean {
  return kernel[0] * kernel[1] === 1 && stride === 1 && padding.every((size) => size === 0);
}

/** x `[n, c, h, w]`, divided by its channels' divisors, as unsigned bytes; their scale, and the byte that means 0. */
function quantised(
  emitter: OnnxEmitter,
  x: string,
  divisors: string,
  channels: number,
): { readonly bytes: string; readonly scale: string; readonly zero: string } {
  const number = (value: number) => emitter.constant(floats(Float32Array.of(value), []));
  const over = emitter.constant(ints([0, 2, 3]));
  const flat = { attributes: { keepdims: { int: 0 } } };
  const extreme = (reduce: 'ReduceMax' | 'ReduceMin', bound: 'Max' | 'Min') => {
    const [each] = emitter.node(reduce, [x, over], flat);
    const [all] = emitter.node(reduce, [emitter.node('Div', [each!, divisors])[0]!], flat);
    return emitter.node(bound, [all!, number(0)])[0]!;
  };
  const [highest, lowest] = [extreme('ReduceMax', 'Max'), extreme('ReduceMin', 'Min')];
  const [range] = emitter.node('Sub', [highest, lowest]);
  const [step] = emitter.node('Div', [range!, number(255)]);
  const [scale] = emitter.node('Max', [step!, number(smallestScale)]);
  const [negative] = emitter.node('Neg', [lowest]);
  const [level] = emitter.node('Round', [emitter.node('Div', [negative!, scale!])[0]!]);
  const [zero] = emitter.node('Cast', [level!], { attributes: { to: { int: 2 } } });
  const [perChannel] = emitter.node('Mul', [divisors, scale!]);
  const [zeros] = emitter.node('Expand', [zero!, emitter.constant(ints([channels]))]);
  const [bytes] = emitter.node('QuantizeLinear', [x, perChannel!, zeros!], {
    attributes: { axis: { int: 1 } },
  });
  return { bytes: bytes!, scale: scale!, zero: zero! };
}

const known = new Map<string, Tensor>();

/** For each pixel of the result and each tap of the kernel, the pixel of the padded image that it takes. */
function windows(height: number, width: number, options: Int8ConvolutionOptions): Tensor {
  if (isPointwise(options)) return constant(ints([0]));
  const { kernel, stride, padding } = options;
  const key = JSON.stringify([height, width, kernel, stride, padding]);
  let pixels = known.get(key);
  if (!pixels) {
    const [h, w] = sizeAfter([height, width], options);
    const wide = width + padding[1] + padding[3];
    const indices: number[] = [];
    for (let row = 0; row < h; row++) {
      for (let column = 0; column < w; column++) {
        for (let i = 0; i < kernel[0]; i++) {
          for (let j = 0; j < kernel[1]; j++) indices.push((row * stride + i) * wide + column * stride + j);
        }
      }
    }
    pixels = constant(ints(indices));
    known.set(key, pixels);
  }
  return pixels;
}
