/** @file The layers of the video U-Net for a variant. */
import { convolution, layerNorm } from '../models/layers.ts';
import { imageSelfAttention } from '../models/transformer.ts';
import type { UNetLayers } from '../models/unet.ts';
import { plusEachMotion } from './acting-motions.ts';
import {
  centredConvolution,
  firstAndPreviousAttention,
  withFramePositions,
} from './compared/compared-layers.ts';
import { movementBias } from './extended/movement.ts';
import {
  causalConvolution,
  firstFrameAttention,
  motionConvolution,
  temporalAttention,
} from './motion-layers.ts';
import type { MotionVariant } from './variant.ts';

/** The layers of the video U-Net for videos of `frames` frames, without extensions of LAMP (see `extension`). */
export function motionLayers(frames: number, variant: MotionVariant): UNetLayers {
  return {
    frames,
    ...(!variant.pooledNorm && { pooledFrames: 1 }),
    conv: convolutionOf(variant, frames),
    selfAttention: spatialAttentionOf(variant, frames),
    ...(variant.temporalAttention && { afterFeedForward: temporalAttentionOf(variant, frames) }),
  };
}

function convolutionOf({ temporalConvolution }: MotionVariant, frames: number): UNetLayers['conv'] {
  switch (temporalConvolution) {
    case 'causal':
      return (w, x, options) => motionConvolution(w, x, frames, options, causalConvolution);
    case 'plain':
      return (w, x, options) => motionConvolution(w, x, frames, options, centredConvolution);
    case 'off':
      return (w, x, options) => convolution(w.scope('conv2d'), x, options);
  }
}

function spatialAttentionOf(
  { spatialAttention, movement }: MotionVariant,
  frames: number,
): UNetLayers['selfAttention'] {
  switch (spatialAttention) {
    case 'first':
      return (w, x, heads, size) =>
        firstFrameAttention(w, x, frames, heads, movement ? movementBias(w, frames, heads, size) : undefined);
    case 'own':
      return imageSelfAttention;
    case 'first-and-previous':
      return (w, x, heads) => firstAndPreviousAttention(w, x, frames, heads);
  }
}

function temporalAttentionOf(
  { temporalPositions }: MotionVariant,
  frames: number,
): NonNullable<UNetLayers['afterFeedForward']> {
  return (w, x, heads) =>
    plusEachMotion(x, w, 'attn_temp.to_out.0.bias', (motion) => {
      const normal = layerNorm(motion('norm_temp'), x);
      const source = temporalPositions ? withFramePositions(normal, frames) : normal;
      return temporalAttention(motion('attn_temp'), source, frames, heads);
    });
}
