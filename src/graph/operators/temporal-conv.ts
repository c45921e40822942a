/** @file Causal one-dimensional convolution over the frames of videos. */
import { ints, type Shape, sizeOf } from '../host-tensor.ts';
import { apply, defineOperator, ShapeError } from '../operator.ts';
import { constant, type Tensor } from '../tensor.ts';
import { after } from './after.ts';
import { quantisedWeight } from './find-quantised.ts';
import { gather } from './gather.ts';
import { int8CausalConvolution } from './int8-convolution.ts';
import { matmul } from './matmul.ts';
import { pad } from './pad.ts';
import { reshape } from './reshape.ts';
import { sumOfProducts } from './sum-of-products.ts';
import { transpose } from './transpose.ts';

interface Attributes {
  readonly frames: number;
}

const operator = defineOperator<Attributes>({
  name: 'causalConv',
  infer: ([x, weight], { frames }) => {
    const [n, channels, pixels] = x!.shape as [number, number, number];
    const [out, inner] = weight!.shape as [number, number];
    if (inner !== channels || n % frames !== 0) {
      throw new ShapeError(
        `a convolution over ${frames} frames with weight [${weight!.shape}] cannot be applied to [${x!.shape}]`,
      );
    }
    return [{ dtype: x!.dtype, shape: [n, out, pixels] }];
  },
  lower: ([x, weight], { frames }) => {
    const quantised = quantisedWeight(weight!);
    if (quantised) return [int8CausalConvolution(x!, quantised, frames)];
    return [matmul(asMatrix(weight!), pastWindows(x!, weight!.shape[2]!, frames))];
  },
  gradient: ({ inputs: [x, weight], attributes: { frames }, dy, needs }) => {
    const [out, inner, taps] = weight!.shape as [number, number, number];
    // The windows are three times as large as x, so they are gathered again in the backward pass, not kept.
    const windows = () => pastWindows(x!, taps, frames, dy);
    return [
      needs[0]
        ? matmul(
            reshape(transpose(asMatrix(weight!), [1, 0]), [inner, taps * out]),
            futureWindows(dy, taps, frames),
          )
        : undefined,
      needs[1] ? reshape(sumOfProducts(dy, windows()), weight!.shape) : undefined,
    ];
  },
  flops: ({ inputs: [x, weight] }) => (2 * sizeOf(x!.shape) * sizeOf(weight!.shape)) / weight!.shape[1]!,
  examples: [
    {
      inputs: [
        [4, 2, 3],
        [3, 2, 3],
      ],
      attributes: { frames: 4 },
    },
    {
      inputs: [
        [4, 3, 2],
        [2, 3, 3],
      ],
      attributes: { frames: 2 },
    },
    {
      inputs: [
        [2, 2, 2],
        [2, 2, 3],
      ],
      attributes: { frames: 1 },
    },
  ],
});

/**
 * `y[t] = Σ_k W_k·x[t − taps + 1 + k]` at every pixel, zeros before the first frame: x `[videos·frames, in, pixels]`,
 * weight `[out, in, taps]` → `[videos·frames, out, pixels]`.
 */
export function causalConv(x: Tensor, weight: Tensor, frames: number): Tensor {
  return apply(operator, [x, weight], { frames });
}

function asMatrix(weight: Tensor): Tensor {
  const [out, inner, taps] = weight.shape as [number, number, number];
  return reshape(weight, [out, inner * taps]);
}

/**
 * The pixels of each frame and of the frames before it, `[n, in·taps, pixels]`, taps innermost, so that the weight can
 * be used as a matrix without rearrangement. With `signal`, gathering waits until it has been computed.
 */
function pastWindows(x: Tensor, taps: number, frames: number, signal?: Tensor): Tensor {
  const [n, channels, pixels] = x.shape as [number, number, number];
  const padded = reshape(pad(reshape(x, [n / frames, frames, channels, pixels]), 1, taps - 1, 0), [
    (n / frames) * (frames + taps - 1) * channels,
    pixels,
  ]);
  const indices = cachedRows(`past ${[n, channels, taps, frames]}`, [n, channels * taps], function* () {
    for (let picture = 0; picture < n; picture++) {
      const frame = picture + Math.floor(picture / frames) * (taps - 1);
      for (let channel = 0; channel < channels; channel++) {
        for (let tap = 0; tap < taps; tap++) yield (frame + tap) * channels + channel;
      }
    }
  });
  return gather(padded, signal ? after(indices, signal) : indices);
}

/** The pixels of each frame and of the frames after it, latest first, `[n, taps·out, pixels]`, channels innermost. */
function futureWindows(dy: Tensor, taps: number, frames: number): Tensor {
  const [n, channels, pixels] = dy.shape as [number, number, number];
  const padded = reshape(pad(reshape(dy, [n / frames, frames, channels, pixels]), 1, 0, taps - 1), [
    (n / frames) * (frames + taps - 1),
    channels * pixels,
  ]);
  const indices = cachedRows(`future ${[n, taps, frames]}`, [n, taps], function* () {
    for (let picture = 0; picture < n; picture++) {
      const frame = picture + Math.floor(picture / frames) * (taps - 1);
      for (let tap = 0; tap < taps; tap++) yield frame + taps - 1 - tap;
    }
  });
  return reshape(gather(padded, indices), [n, taps * channels, pixels]);
}

const known = new Map<string, Tensor>();

/** Row indices as a constant, shared by all layers of the same sizes. */
function cachedRows(key: string, shape: Shape, rows: () => Iterable<number>): Tensor {
  let indices = known.get(key);
  if (!indices) {
    indices = constant(ints([...rows()], shape));
    known.set(key, indices);
  }
  return indices;
}
