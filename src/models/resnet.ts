/** @file The residual block of U-Net and autoencoder. */
import { add, reshape, silu } from '../graph/operators/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import { convolution, groupNorm, linear, unscaled } from './layers.ts';

/** Options of a residual block. */
export interface ResnetOptions {
  readonly groups: number;
  readonly epsilon: number;
  /** Output channels, from the configuration. */
  readonly out: number;
  /** Frames per video whose statistics are pooled; 1 for images. */
  readonly frames?: number;
  /** Timestep embedding, one row per image `[n, d]`. */
  readonly time?: Tensor;
  /** Replacement of the image model's 2-D convolutions. */
  readonly conv?: typeof convolution;
  /** Divisor of the residual sum. */
  readonly outputScale?: number;
}

/** Norm, SiLU, convolution; plus time; norm, SiLU, convolution; plus the input (He et al. 2016). `[n, c, h, w]`. */
export function resnet(w: Weights, x: Tensor, options: ResnetOptions): Tensor {
  const { out, time, conv = convolution, outputScale = 1, ...norm } = options;
  let y = conv(w.scope('conv1'), silu(groupNorm(w.scope('norm1'), x, norm)), { out });
  if (time) {
    const shift = linear(w.scope('time_emb_proj'), silu(time), out);
    y = add(y, reshape(shift, [...shift.shape, 1, 1]));
  }
  y = conv(w.scope('conv2'), silu(groupNorm(w.scope('norm2'), y, norm)), { out });
  const shortcut = x.shape[1] === out ? x : conv(w.scope('conv_shortcut'), x, { out, kernel: 1 });
  return unscaled(add(shortcut, y), outputScale);
}
