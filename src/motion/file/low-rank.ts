/**
 * @file Trained matrices as products of two thin ones (LoRA, arXiv 2106.09685): a matrix `[out, in]` is W₀ + B·A with A
 * `[rank, in]` and B `[out, rank]`; W₀ is the image model's where it has that matrix, else 0. A kernel over time
 * `[out, in, 3]` is A `[rank, in, 3]` followed by B `[out, rank, 1]`. The names are those of other LoRA files:
 * `X.lora_A.weight` and `X.lora_B.weight` stand for the change of `X.weight`.
 */
import { decodeFloat16, encodeFloat16 } from '../../checkpoints/half-precision.ts';
import { type FloatTensor, floats, type Shape, sizeOf } from '../../graph/host-tensor.ts';
import { affine, causalConv, matmul, reshape } from '../../graph/operators/index.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Weights } from '../../graph/weights.ts';
import type { BaseModel } from '../../models/base-model.ts';
import { linear } from '../../models/layers.ts';
import type { MotionParameter } from '../motion-parameter.ts';
import type { MotionValues } from '../predictor.ts';

const [nameOfA, nameOfB] = ['lora_A.weight', 'lora_B.weight'] as const;

/**
 * The parameters with every matrix and every kernel over time replaced by its factors, where these hold fewer values than
 * it; biases and gates stay whole. B starts at zero where the matrix does, or where it changes the image model's own, so that
 * the untrained model is the same. Where the matrix starts at random (temporal queries, keys and values), so do both factors:
 * with all four matrices of an attention at zero no gradient would ever reach one of them.
 */
export function lowRankParameters(parameters: readonly MotionParameter[], rank: number): MotionParameter[] {
  return parameters.flatMap((parameter): MotionParameter[] => {
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

/** `linear`, where the weight may also be given as factors alone: they are applied one after the other. */
export function thinLinear(w: Weights, x: Tensor, out: number, { bias = true } = {}): Tensor {
  const rank = w.optional(nameOfA)?.shape[0];
  if (rank === undefined) return linear(w, x, out, { bias });
  const thin = affine(x, w.tensor(nameOfA, [rank, x.shape.at(-1)!]));
  return affine(thin, w.tensor(nameOfB, [out, rank]), bias ? w.tensor('bias', [out]) : undefined);
}

/**
 * `causalConv` to as many channels with kernel 3, where the weight may also be given as factors: they are applied one after
 * the other. x `[n, c, pixels]`.
 */
export function thinCausalConv(w: Weights, x: Tensor, frames: number): Tensor {
  const channels = x.shape[1]!;
  const rank = w.optional(nameOfA)?.shape[0];
  if (rank === undefined) return causalConv(x, w.tensor('weight', [channels, channels, 3]), frames);
  const thin = causalConv(x, w.tensor(nameOfA, [rank, channels, 3]), frames);
  return matmul(reshape(w.tensor(nameOfB, [channels, rank, 1]), [channels, rank]), thin);
}

/** The change B·A of the weight `name` `[out, in]` as a graph, where its factors are among the trained tensors. */
export function lowRankChange(name: string, trained: ReadonlyMap<string, Tensor>): Tensor | undefined {
  if (!name.endsWith('.weight')) return undefined;
  const layer = name.slice(0, -'weight'.length);
  const [a, b] = [trained.get(layer + nameOfA), trained.get(layer + nameOfB)];
  return a && b ? matmul(b, a) : undefined;
}

/** Factors A of several changes of one weight, as that of their sum: rows one below the other. */
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

/** Factors B `[out, rank]` of several changes of one weight, as that of their sum: columns side by side. */
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

/** Whether any of these values are factors. */
export function hasFactors(values: MotionValues): boolean {
  return [...values.keys()].some((name) => name.endsWith(nameOfA));
}

/** A motion's values with every pair of factors multiplied out, as a training of whole matrices would hold them. */
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

/** Values as a file in float16 gives them back. */
export function roundedToHalf(values: MotionValues): MotionValues {
  return new Map(
    [...values].map(([name, { shape, data }]) => {
      const rounded = new Float32Array(data.length);
      decodeFloat16(encodeFloat16(data), rounded);
      return [name, floats(rounded, shape)];
    }),
  );
}
