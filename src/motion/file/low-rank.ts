/**
 * @file Low-rank factors of trained matrices (LoRA, arXiv 2106.09685): a matrix `[out, in]` is W₀ + B·A with A
 * `[rank, in]` and B `[out, rank]`; W₀ is the image model's matrix where there is one, else 0. A temporal kernel
 * `[out, in, 3]` is A `[rank, in, 3]` followed by B `[out, rank, 1]`. Names: see `weight-factors.ts`.
 */
import { decodeFloat16, encodeFloat16 } from '../../checkpoints/half-precision.ts';
import { type FloatTensor, floats, type Shape, sizeOf } from '../../graph/host-tensor.ts';
import { matmul } from '../../graph/operators/index.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { BaseModel } from '../../models/base-model.ts';
import { nameOfA, nameOfB } from '../../models/weight-factors.ts';
import type { MotionValues } from '../trained-motion.ts';
import type { TrainedParameter } from '../trained-parameter.ts';

/**
 * The parameters with every matrix and temporal kernel replaced by its factors where these have fewer elements; biases
 * and gates stay whole. B is initialised with zeros where the matrix is, or where it changes the image model's own, so
 * that the untrained model is the same. Where the matrix is initialised randomly (temporal queries, keys and values),
 * both factors are too: with all four matrices of an attention at zero none of them would ever get a gradient.
 */
export function lowRankParameters(parameters: readonly TrainedParameter[], rank: number): TrainedParameter[] {
  return parameters.flatMap((parameter): TrainedParameter[] => {
    const { name, shape, initial } = parameter;
    if (!name.endsWith('.weight') || (shape.length !== 2 && shape.length !== 3)) return [parameter];
    const [out, inner, ...taps] = shape as [number, number, ...number[]];
    const inputs = sizeOf([inner, ...taps]);
    if (rank * (inputs + out) >= inputs * out) return [parameter];
    const layer = name.slice(0, -'weight'.length);
    return [
      { name: layer + nameOfA, shape: [rank, inner, ...taps], initial: 'uniform' },
      {
        name: layer + nameOfB,
        shape: [out, rank, ...taps.map(() => 1)],
        initial: initial === 'uniform' ? 'unit' : 'zeros',
      },
    ];
  });
}

/** The change B·A of the weight `name` `[out, in]` as a graph, if its factors are among the trained tensors. */
export function lowRankChange(name: string, trained: ReadonlyMap<string, Tensor>): Tensor | undefined {
  if (!name.endsWith('.weight')) return undefined;
  const layer = name.slice(0, -'weight'.length);
  const [a, b] = [trained.get(layer + nameOfA), trained.get(layer + nameOfB)];
  return a && b ? matmul(b, a) : undefined;
}

/** Factor A of the sum of several changes of one weight: their factors A, stacked by rows. */
export function stackedA(factors: readonly FloatTensor[]): FloatTensor {
  const [first] = factors as [FloatTensor];
  const rank = factors.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const data = new Float32Array(factors.reduce((sum, each) => sum + each.data.length, 0));
  let at = 0;
  for (const each of factors) {
    data.set(each.data, at);
    at += each.data.length;
  }
  return floats(data, [rank, ...first.shape.slice(1)]);
}

/** Factor B of the sum of several changes of one weight: their factors B `[out, rank]`, side by side. */
export function stackedB(factors: readonly FloatTensor[]): FloatTensor {
  const out = factors[0]!.shape[0]!;
  const rank = factors.reduce((sum, { shape }) => sum + shape[1]!, 0);
  const data = new Float32Array(out * rank);
  let column = 0;
  for (const { shape, data: values } of factors) {
    const width = shape[1]!;
    for (let row = 0; row < out; row++) {
      data.set(values.subarray(row * width, (row + 1) * width), row * rank + column);
    }
    column += width;
  }
  return floats(data, [out, rank]);
}

/** Whether any of these values are low-rank factors. */
export function hasFactors(values: MotionValues): boolean {
  return [...values.keys()].some((name) => name.endsWith(nameOfA));
}

/** A motion's values with every pair of factors multiplied out, as in a motion trained with full matrices. */
export async function multipliedOut(values: MotionValues, { unet }: BaseModel): Promise<MotionValues> {
  const { shapes, file } = unet.weights;
  const whole = new Map<string, FloatTensor>();
  for (const [name, value] of values) {
    if (name.endsWith(nameOfB)) continue;
    if (!name.endsWith(nameOfA)) {
      whole.set(name, value);
      continue;
    }
    const layer = name.slice(0, -nameOfA.length);
    const product = productOf(values.get(layer + nameOfB)!, value);
    const weight = `${layer}weight`;
    if (shapes.has(weight)) {
      const own = (await file.read(weight)) as FloatTensor;
      for (let i = 0; i < own.data.length; i++) product.data[i]! += own.data[i]!;
    }
    whole.set(weight, product);
  }
  return new Map([...whole].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** B `[out, rank, …]` times A `[rank, in, …]`: `[out, in, …]`. */
function productOf(b: FloatTensor, a: FloatTensor): FloatTensor {
  const [out, rank] = b.shape as [number, number];
  const shape: Shape = [out, ...a.shape.slice(1)];
  const inputs = sizeOf(shape) / out;
  const data = new Float32Array(out * inputs);
  const row = new Float64Array(inputs);
  for (let o = 0; o < out; o++) {
    row.fill(0);
    for (let r = 0; r < rank; r++) {
      const share = b.data[o * rank + r]!;
      for (let i = 0; i < inputs; i++) row[i]! += share * a.data[r * inputs + i]!;
    }
    data.set(row, o * inputs);
  }
  return floats(data, shape);
}

/** Values after a round trip through float16. */
export function roundedToHalf(values: MotionValues): MotionValues {
  return new Map(
    [...values].map(([name, { shape, data }]) => {
      const rounded = new Float32Array(data.length);
      decodeFloat16(encodeFloat16(data), rounded);
      return [name, floats(rounded, shape)];
    }),
  );
}
