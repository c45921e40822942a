/** @file Which of LAMP's layers takes the place of which layer of the image U-Net. */
import type { UNetLayers } from '../models/unet.ts';
import {
  causalConvolution,
  firstFrameAttention,
  motionConvolution,
  plusTemporalAttention,
  temporalAttention,
} from './motion-layers.ts';

/** LAMP's layers for videos of `frames` frames, over all of which the norms of the residual blocks are pooled. */
export function lampLayers(frames: number): UNetLayers {
  return {
    frames,
    conv: (w, x, options) => motionConvolution(w, x, frames, options, causalConvolution),
    selfAttention: (w, x, heads) => firstFrameAttention(w, x, frames, heads),
    afterFeedForward: (w, x, heads) => plusTemporalAttention(w, x, frames, heads, temporalAttention),
  };
}
