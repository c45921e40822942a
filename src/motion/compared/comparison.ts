/** @file The layers with which ablations and other methods replace LAMP's. */
import { convolution } from '../../models/layers.ts';
import { imageSelfAttention } from '../../models/transformer.ts';
import type { UNetLayers } from '../../models/unet.ts';
import { motionConvolution, plusTemporalAttention, temporalAttention } from '../motion-layers.ts';
import type { MotionVariant } from '../variant.ts';
import { centredConvolution, firstAndPreviousAttention, withFramePositions } from './compared-layers.ts';

/** The layers that a variant has in place of LAMP's (see `lampLayers`); none for LAMP itself and its extensions. */
export function comparison(variant: MotionVariant, frames: number): Partial<UNetLayers> {
  return {
    ...convolutionOf(variant, frames),
    ...spatialAttentionOf(variant, frames),
    ...temporalAttentionOf(variant, frames),
    ...(!variant.pooledNorm && { pooledFrames: 1 }),
  };
}

function convolutionOf({ temporalConvolution }: MotionVariant, frames: number): Partial<UNetLayers> {
  switch (temporalConvolution) {
    case 'causal':
      return {};
    case 'plain':
      return { conv: (w, x, options) => motionConvolution(w, x, frames, options, centredConvolution) };
    case 'off':
      return { conv: (w, x, options) => convolution(w.scope('conv2d'), x, options) };
  }
}

function spatialAttentionOf({ spatialAttention }: MotionVariant, frames: number): Partial<UNetLayers> {
  switch (spatialAttention) {
    case 'first':
      return {};
    case 'own':
      return { selfAttention: imageSelfAttention };
    case 'first-and-previous':
      return { selfAttention: (w, x, heads) => firstAndPreviousAttention(w, x, frames, heads) };
  }
}

function temporalAttentionOf(variant: MotionVariant, frames: number): Partial<UNetLayers> {
  if (!variant.temporalAttention) return { afterFeedForward: undefined };
  if (!variant.temporalPositions) return {};
  const withPositions: typeof temporalAttention = (w, x, ...others) =>
    temporalAttention(w, withFramePositions(x, frames), ...others);
  return { afterFeedForward: (w, x, heads) => plusTemporalAttention(w, x, frames, heads, withPositions) };
}
