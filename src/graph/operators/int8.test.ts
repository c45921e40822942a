import { expect, test } from 'vitest';
import { compile } from '../../runtime/program.ts';
import { gradients } from '../differentiate.ts';
import { type FloatTensor, floats, int8s, type Shape, sizeOf } from '../host-tensor.ts';
import { constant, input, type Tensor } from '../tensor.ts';
import { affine } from './affine.ts';
import { conv2d } from './conv2d.ts';
import { dequantised } from './dequantised.ts';
import { inEightBits } from './eight-bit.ts';
import { matmul } from './matmul.ts';
import { mul } from './mul.ts';
import { slice } from './slice.ts';
import { causalConv } from './temporal-conv.ts';

/** Numbers from −1 to 1, the same for a seed. */
function numbers(shape: Shape, seed: number): Float32Array {
  return Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const mixed = 43758.5453 * Math.sin(12.9898 * (i + 1) + 78.233 * seed);
    return 2 * (mixed - Math.floor(mixed)) - 1;
  });
}

/** A quantised weight, and the f32 constant that it stands for. */
function weightOf(shape: Shape, divided: boolean): { quantised: Tensor; plain: Tensor } {
  const [out, inner, ...taps] = shape as [number, number, ...number[]];
  const count = sizeOf(taps);
  const data = Int8Array.from(numbers(shape, 1), (value) => Math.round(127 * value));
  const scales = numbers([out], 2).map((value) => 0.02 * (1.5 + value));
  const divisors = numbers([inner], 3).map((value) => 1.5 + value);
  const plain = new Float32Array(sizeOf(shape));
  for (let tap = 0; tap < count; tap++) {
    for (let i = 0; i < inner; i++) {
      for (let o = 0; o < out; o++) {
        const value = data[(tap * inner + i) * out + o]! * scales[o]!;
        plain[(o * inner + i) * count + tap] = divided ? value / divisors[i]! : value;
      }
    }
  }
  return {
    quantised: dequantised({
      values: constant(int8s(data, [count * inner, out])),
      scales: constant(floats(scales)),
      divisors: divided ? constant(floats(divisors)) : undefined,
      shape,
    }),
    plain: constant(floats(plain, shape)),
  };
}

/** The difference between the graph with the quantised weight and with its values in f32. */
async function relativeError(
  weightShape: Shape,
  inputShape: Shape,
  build: (x: Tensor, weight: Tensor) => Tensor,
  divided = false,
): Promise<number> {
  const x = input('x', inputShape);
  const { quantised, plain } = weightOf(weightShape, divided);
  const values = { x: floats(numbers(inputShape, 4), inputShape) };
  const [a, b] = await Promise.all(
    [quantised, plain].map(async (weight) => {
      const program = await compile({ y: build(x, weight) });
      const { y } = await program.run(values);
      await program.dispose();
      return y as FloatTensor;
    }),
  );
  return difference(a!, b!);
}

/** `Σ|a − b| / Σ|b|`. */
function difference({ data: a }: FloatTensor, { data: b }: FloatTensor): number {
  let [apart, total] = [0, 0];
  for (const [i, value] of b.entries()) {
    apart += Math.abs(a[i]! - value);
    total += Math.abs(value);
  }
  return apart / total;
}

/** The gradient of `build` for x, with a fixed incoming gradient. */
const backward = (build: (x: Tensor, weight: Tensor) => Tensor) => (x: Tensor, weight: Tensor) => {
  const y = build(x, weight);
  return gradients([y], [constant(floats(numbers(y.shape, 5), y.shape))], [x])[0]!;
};

const bias = constant(floats(Float32Array.of(0.5, -1, 2, 0, 1, 3)));

test.each([
  ['a linear layer', [6, 16], [5, 16], (x: Tensor, w: Tensor) => affine(x, w, bias)],
  ['part of a linear layer', [12, 16], [5, 16], (x: Tensor, w: Tensor) => affine(x, slice(w, 0, 6, 12))],
  ['a matrix product', [6, 16], [2, 5, 16], (x: Tensor, w: Tensor) => matmul(x, w, { transposeB: true })],
  ['a convolution', [6, 8, 3, 3], [2, 8, 5, 4], (x: Tensor, w: Tensor) => conv2d(x, w, bias)],
  [
    'a convolution of stride 2',
    [6, 8, 3, 3],
    [2, 8, 6, 4],
    (x: Tensor, w: Tensor) => conv2d(x, w, bias, { stride: 2, padding: [0, 0, 1, 1] }),
  ],
  ['a 1×1 convolution', [6, 8, 1, 1], [2, 8, 5, 4], (x: Tensor, w: Tensor) => conv2d(x, w, bias)],
] as const)('%s in 8 bits and its gradient are within 1.5 %% of f32', async (_, weight, x, build) => {
  for (const divided of [false, true]) {
    const there = await relativeError(weight, x, build, divided);
    const back = await relativeError(weight, x, backward(build), divided);
    expect(there).toBeGreaterThan(1e-5);
    expect(there).toBeLessThan(0.015);
    expect(back).toBeGreaterThan(1e-5);
    expect(back).toBeLessThan(0.015);
  }
});

test('trained weights are rounded as they are used, and their gradients are those of f32', async () => {
  const taken = (x: Tensor, w: Tensor) => causalConv(x, w, 3);
  const weightShape = [6, 8, 3];
  const shape = [6, 8, 5];
  const [x, w] = [input('x', shape), input('w', weightShape)];
  const values = {
    x: floats(numbers(shape, 1), shape),
    w: floats(numbers(weightShape, 2), weightShape),
  };
  const computed = async (weight: Tensor) => {
    const y = taken(x, weight);
    const [dx, dw] = gradients([y], [constant(floats(numbers(y.shape, 5), y.shape))], [x, w]);
    const program = await compile({ y, dx: dx!, dw: dw! });
    const found = await program.run(values);
    await program.dispose();
    return found as Record<'y' | 'dx' | 'dw', FloatTensor>;
  };
  const [rounded, plain] = [await computed(inEightBits(w)), await computed(w)];
  expect(difference(rounded.y, plain.y)).toBeGreaterThan(1e-5);
  expect(difference(rounded.y, plain.y)).toBeLessThan(0.015);
  expect(difference(rounded.dx, plain.dx)).toBeLessThan(0.015);
  expect(difference(rounded.dw, plain.dw)).toBe(0);
});

test('used in another way, a quantised weight has its values in f32', async () => {
  const error = await relativeError([6, 16], [6, 16], (x, w) => mul(x, w), true);
  expect(error).toBeLessThan(1e-6);
});

test('inputs that are all zero stay zero', async () => {
  const { quantised } = weightOf([6, 8, 3, 3], false);
  const program = await compile({ y: conv2d(input('x', [1, 8, 3, 3]), quantised) });
  const { y } = await program.run({ x: floats(new Float32Array(72), [1, 8, 3, 3]) });
  await program.dispose();
  expect(Math.max(...(y as FloatTensor).data.map(Math.abs))).toBe(0);
});
