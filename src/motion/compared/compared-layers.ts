/** @file Layers of methods that LAMP is compared with, which `comparison` puts in place of LAMP's own. */
import { floats } from '../../graph/host-tensor.ts';
import { add, concat, expand, pad, reshape, slice } from '../../graph/operators/index.ts';
import { constant, type Tensor } from '../../graph/tensor.ts';
import type { Weights } from '../../graph/weights.ts';
import { attendTo } from '../../models/transformer.ts';
import { applyTemporalKernel } from '../temporal-kernel.ts';

/**
 * Non-causal 1-D convolution over time with kernel 3: `y[t] = W₀·x[t−1] + W₁·x[t] + W₂·x[t+1] + bias` at every pixel,
 * zero-padded before the first and after the last frame. x `[n, c, h, w]`, weight `[c, c, 3]`.
 */
export function centredConvolution(w: Weights, x: Tensor, frames: number): Tensor {
  const [n, channels, height, width] = x.shape as [number, number, number, number];
  const videos = n / frames;
  const pixels = height * width;
  // A causal convolution of the video with a frame of zeros appended; its output is shifted by one frame.
  const longer = pad(reshape(x, [videos, frames, channels, pixels]), 1, 0, 1);
  const late = applyTemporalKernel(w, reshape(longer, [videos * (frames + 1), channels, pixels]), frames + 1);
  const y = slice(reshape(late, [videos, frames + 1, channels, pixels]), 1, 1, frames + 1);
  return add(reshape(y, x.shape), reshape(w.tensor('bias', [channels]), [1, channels, 1, 1]));
}

/**
 * Self-attention whose keys and values come from frame 0 and the previous frame; frame 0 is its own predecessor
 * (Tune-A-Video, arXiv 2212.11565, Sec. 4.2). x `[n, pixels, c]`.
 */
export function firstAndPreviousAttention(w: Weights, x: Tensor, frames: number, heads: number): Tensor {
  const [n, pixels, channels] = x.shape as [number, number, number];
  const videos = reshape(x, [n / frames, frames, pixels, channels]);
  const first = slice(videos, 1, 0, 1);
  const previous = concat([first, slice(videos, 1, 0, frames - 1)], 1);
  const source = concat([expand(first, videos.shape), previous], 2);
  return attendTo(w, x, reshape(source, [n, 2 * pixels, channels]), heads);
}

/**
 * x `[n, pixels, c]` plus the sinusoidal encoding of each frame's index in its video (Vaswani et al. 2017, Sec. 3.5):
 * channel 2i gets `sin(t / 10000^(2i/c))`, channel 2i+1 the cosine.
 */
export function withFramePositions(x: Tensor, frames: number): Tensor {
  const [n, pixels, channels] = x.shape as [number, number, number];
  const positions = new Float32Array(frames * channels);
  for (let i = 0; i < positions.length; i++) {
    const [frame, channel] = [Math.floor(i / channels), i % channels];
    const angle = frame / 10_000 ** ((channel - (channel % 2)) / channels);
    positions[i] = channel % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  }
  const videos = reshape(x, [n / frames, frames, pixels, channels]);
  return reshape(add(videos, constant(floats(positions, [1, frames, 1, channels]))), x.shape);
}
