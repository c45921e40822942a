/** @file The layers of the video U-Net, put together as a variant says. */
import { add } from '../graph/operators/index.ts';
import { convolution, layerNorm } from '../models/layers.ts';
import { imageSelfAttention } from '../models/transformer.ts';
import type { UNetLayers } from '../models/unet.ts';
import { withCarriedFirstFrame } from './carried.ts';
import { motionSuffixes } from './combined-names.ts';
import { withCopiedFirstFrame } from './copied.ts';
import { causalConvolution, firstFrameAttention, motionConvolution, temporalAttention } from './layers.ts';
import { movementBias } from './movement.ts';
import { centredConvolution, firstAndPreviousAttention, withFramePositions } from './other-layers.ts';
import { type MotionVariant, motionVariants } from './variant.ts';

/** The layers of the video U-Net for videos of `frames` frames; LAMP's unless told. */
export function motionLayers(frames: number, variant: MotionVariant = motionVariants.lamp): UNetLayers {
  return {
    frames,
    ...(variant.cleanFirstTime && { cleanFirst: true }),
    ...(!variant.pooledNorm && { pooledFrames: 1 }),
    conv: convolutionOf(variant, frames),
    ...(variant.carry && { carried: (w, x, shown) => withCarriedFirstFrame(w, x, shown, frames) }),
    ...(variant.copy && {
      copied: (w, prediction, given) => withCopiedFirstFrame(w, prediction, { ...given, frames }),
    }),
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
    motionSuffixes(w, 'attn_temp', 'to_out.0.bias').reduce((sum, suffix) => {
      const normal = layerNorm(w.scope(`norm_temp${suffix}`), x);
      const source = temporalPositions ? withFramePositions(normal, frames) : normal;
      return add(sum, temporalAttention(w.scope(`attn_temp${suffix}`), source, frames, heads));
    }, x);
}
