/** @file The residual block that U-Net and autoencoder are built from. */
import { add, reshape, silu } from '../graph/operators/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import { convolution, groupNorm, linear, unscaled } from './layers.ts';

/** What a residual block needs to know beside its weights. */
export interface ResnetOptions {
  readonly groups: number;
  readonly epsilon: number;
  /** Channels that come out, as the settings ask. */
  readonly out: number;
  /** Pictures per video whose norms are pooled; 1 for images. */
  readonly frames?: number;
  /** Time embedding, one row per picture `[n, d]`. */
  readonly time?: Tensor;
  /** What stands where the image model has a 2-D convolution. */
  readonly conv?: typeof convolution;
  /** The sum is divided by this. */
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
