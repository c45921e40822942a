/** @file The layers with which LAMP (arXiv 2310.10769) turns the image U-Net into a video U-Net. */
import {
  add,
  attend,
  causalConv,
  mul,
  reshape,
  sigmoid,
  slice,
  transpose,
} from '../graph/operators/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import { type ConvolutionOptions, convolution, headWidth, layerNorm, linear } from '../models/layers.ts';
import { attendTo } from '../models/transformer.ts';
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
  options: ConvolutionOptions,
): Tensor {
  const spatial = convolution(w.scope('conv2d'), x, options);
  const gate = sigmoid(convolution(w.scope('conv_gate'), spatial, { out: 1 }));
  return add(spatial, mul(gate, causalConvolution(w.scope('conv1d'), spatial, frames)));
}

/**
 * 1-D convolution over time with kernel 3 that sees no later frame:
 * `y[t] = W₀·x[t−2] + W₁·x[t−1] + W₂·x[t] + bias` at every pixel, zeros before the first frame. x `[n, c, h, w]`,
 * weight `[c, c, 3]`.
 */
export function causalConvolution(w: Weights, x: Tensor, frames: number): Tensor {
  const [n, channels, height, width] = x.shape as [number, number, number, number];
  const y = causalConv(
    reshape(x, [n, channels, height * width]),
    w.tensor('weight', [channels, channels, 3]),
    frames,
  );
  return add(reshape(y, x.shape), reshape(w.tensor('bias', [channels]), [1, channels, 1, 1]));
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
  return reshape(attendTo(w, queries, first, heads), x.shape);
}

/** Attention over the frames at each pixel, without positions. x `[n, pixels, c]`. */
export function temporalAttention(w: Weights, x: Tensor, frames: number, heads: number): Tensor {
  const [n, pixels, channels] = x.shape as [number, number, number];
  const videos = n / frames;
  const width = headWidth(channels, heads);
  const split = (name: string) => {
    const projected = linear(w.scope(name), x, channels, { bias: false });
    return transpose(reshape(projected, [videos, frames, pixels, heads, width]), [0, 2, 3, 1, 4]);
  };
  const mixed = attend(split('to_q'), split('to_k'), split('to_v'), 1 / Math.sqrt(width));
  return linear(w.scope('to_out.0'), reshape(transpose(mixed, [0, 3, 1, 2, 4]), x.shape), channels);
}
