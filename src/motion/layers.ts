/** @file The layers with which LAMP (arXiv 2310.10769) turns the image U-Net into a video U-Net. */
import {
  add,
  concat,
  matmul,
  mul,
  pad,
  reshape,
  sigmoid,
  slice,
  transpose,
} from '../graph/operators/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import { attention, convolution, layerNorm, linear } from '../models/layers.ts';
import { attend } from '../models/transformer.ts';
import type { UNetLayers } from '../models/unet.ts';

/** The layers of LAMP's video U-Net for videos of `frames` frames. */
export function motionLayers(frames: number): UNetLayers {
  return {
    frames,
    conv: (w, x, options) => motionConvolution(w, x, frames, options),
    selfAttention: (w, x, heads) => firstFrameAttention(w, x, frames, heads),
    afterFeedForward: (w, x, heads) => {
      const normal = layerNorm(w.scope('norm_temp'), x);
      return add(x, temporalAttention(w.scope('attn_temp'), normal, frames, heads));
    },
  };
}

/** The temporal-spatial motion-learning layer that LAMP puts where the image U-Net has a 2-D convolution (its Fig. 3). */
export function motionConvolution(
  w: Weights,
  x: Tensor,
  frames: number,
  options: Parameters<typeof convolution>[2] = {},
): Tensor {
  const spatial = convolution(w.scope('conv2d'), x, options);
  const gate = sigmoid(convolution(w.scope('conv_gate'), spatial, { out: 1 }));
  return add(spatial, mul(gate, causalConvolution(w.scope('conv1d'), spatial, frames)));
}

/**
 * 1-D convolution over time with kernel 3 that sees no later frame:
 * `y[t] = W₀·x[t−2] + W₁·x[t−1] + W₂·x[t] + bias` at every pixel, zeros before the first frame. x `[n, c, h, w]`,
 * weight `[out, c, 3]`.
 */
export function causalConvolution(w: Weights, x: Tensor, frames: number): Tensor {
  const [n, channels, height, width] = x.shape as [number, number, number, number];
  const weight = w.tensor('weight');
  const [out, , taps] = weight.shape as [number, number, number];
  const video = reshape(x, [n / frames, frames, channels, height * width]);
  const shifted = Array.from({ length: taps }, (_, tap) => {
    const delay = Math.min(taps - 1 - tap, frames);
    return delay === frames ? undefined : pad(slice(video, 1, 0, frames - delay), 1, delay, 0);
  });
  // One matrix product over all taps: they lie side by side along the channels.
  const seen = shifted.flatMap((value, tap) => (value ? [{ value, tap }] : []));
  const rows = concat(
    seen.map(({ tap }) => reshape(slice(weight, 2, tap, tap + 1), [out, channels])),
    1,
  );
  const y = matmul(
    rows,
    concat(
      seen.map(({ value }) => value),
      2,
    ),
  );
  return add(reshape(y, [n, out, height, width]), reshape(w.tensor('bias'), [1, out, 1, 1]));
}

/** Self-attention whose keys and values come from the first frame of each video alone. x `[n, pixels, c]`. */
export function firstFrameAttention(w: Weights, x: Tensor, frames: number, heads: number): Tensor {
  const [n, pixels, channels] = x.shape as [number, number, number];
  const videos = n / frames;
  const first = reshape(slice(reshape(x, [videos, frames, pixels, channels]), 1, 0, 1), [
    videos,
    pixels,
    channels,
  ]);
  // All frames' pixels are the queries of one attention, so that the keys need not be repeated.
  const queries = reshape(x, [videos, frames * pixels, channels]);
  return reshape(attend(w, queries, first, heads), x.shape);
}

/** Attention over the frames at each pixel, without positions. x `[n, pixels, c]`. */
export function temporalAttention(w: Weights, x: Tensor, frames: number, heads: number): Tensor {
  const [n, pixels, channels] = x.shape as [number, number, number];
  const videos = n / frames;
  const split = [videos, frames, pixels, channels];
  const overTime = (value: Tensor) =>
    reshape(transpose(reshape(value, split), [0, 2, 1, 3]), [videos * pixels, frames, channels]);
  const [q, k, v] = (['to_q', 'to_k', 'to_v'] as const).map((name) =>
    overTime(linear(w.scope(name), x, channels)),
  );
  const mixed = reshape(attention(q!, k!, v!, heads), [videos, pixels, frames, channels]);
  return linear(w.scope('to_out.0'), reshape(transpose(mixed, [0, 2, 1, 3]), x.shape), channels);
}
