/**
 * @file Copies displaced first-frame latents into the prediction. A network that sees the displaced first frame (see
 * `withCarriedFirstFrame`) still has to draw it, and a small one draws it coarsely. Here it selects, per pixel, between
 * its own prediction and the first frame's latents, unchanged or displaced, so that whatever merely moves keeps its
 * appearance. This is video prediction by pixel transformation (Finn et al. 2016, arXiv 1605.07157), for noisy latents.
 */
import { alphaCumprodAt, type NoiseSchedule } from '../../diffusion/noise-schedule.ts';
import { type FloatTensor, floats } from '../../graph/host-tensor.ts';
import {
  add,
  concat,
  mul,
  reduceSum,
  reshape,
  scale,
  slice,
  softmax,
  sub,
  transpose,
} from '../../graph/operators/index.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Weights } from '../../graph/weights.ts';
import { convolution, toTokens } from '../../models/layers.ts';
import { forEachMotion } from '../acting-motions.ts';
import { carriedViews, viewsOfFirst } from './carried.ts';
import { copiedName } from './extended-names.ts';
import { warpedFirst } from './warped.ts';

/**
 * Number of sources per pixel: the network's own prediction, every view of the first frame, and the warped first frame.
 */
export const copiedChoices = 2 + carriedViews;

/** Mixing coefficients per video, which depend on its timestep; see `copyMixing`. */
export const mixingNumbers = 3;

/** Lets the share reach 1 quickly although it is trained at the learning rate of matrices. */
const gain = 8;

/** Error variance of a displaced first frame at best, relative to the latents': latents do not interpolate exactly. */
const MISSED = 0.05;

/** See `withCopiedFirstFrame`. */
export interface CopiedPrediction {
  readonly prediction: Tensor;
  readonly copied: Tensor;
}

/**
 * The video U-Net's prediction `[n, c, h, w]`, blended per pixel with the prediction that views of the first frame
 * imply. For clean latents x0 the exact prediction is `a·x_t + b·x0`, with a and b depending on the timestep (`mixing`
 * `[videos, 3]`: r·a, r·b and r, where r is the confidence in a copy at this noise level). `features` `[n, d, h, w]`
 * are the features before the output convolution, `latents` is x_t. With the learned share s, initially 0, and the
 * softmax p over the sources: `prediction + s·r·Σ_i p_i·(a·x_t + b·view_i − prediction)`. Applied for every motion in
 * w, each relative to the original prediction. `copied` `[n, 1, h, w]` is the copied fraction of each pixel: s·Σ_i p_i,
 * summed over the motions.
 */
export function withCopiedFirstFrame(
  w: Weights,
  prediction: Tensor,
  {
    features,
    latents,
    mixing,
    frames,
  }: { features: Tensor; latents: Tensor; mixing: Tensor; frames: number },
): CopiedPrediction {
  const [n, channels, height, width] = prediction.shape as [number, number, number, number];
  const pixels = height * width;
  const videos = n / frames;
  const inVideos = (x: Tensor) => reshape(x, [videos, frames * pixels, channels]);
  const firstOf = (x: Tensor) => {
    const [, ...sizes] = x.shape as [number, number, number, number];
    return reshape(slice(reshape(x, [videos, frames, ...sizes]), 1, 0, 1), [videos, ...sizes]);
  };
  const [first, firstFeatures] = [toTokens(firstOf(latents)), firstOf(features)];
  const factor = (i: number) => reshape(slice(mixing, 1, i, i + 1), [videos, 1, 1]);
  const [own, noisy] = [inVideos(toTokens(prediction)), inVideos(toTokens(latents))];
  const unmoved = sub(mul(noisy, factor(0)), mul(own, factor(2)));
  const back = (x: Tensor) =>
    reshape(transpose(reshape(x, [n, pixels, x.shape[2]!]), [0, 2, 1]), [n, x.shape[2]!, height, width]);
  const ofMotions = forEachMotion(w, `${copiedName}.movement`, (motion) => {
    const layer = motion(copiedName);
    const warped = reshape(warpedFirst(layer, first, firstFeatures, frames), [n, pixels, 1, channels]);
    const views = concat([viewsOfFirst(layer, latents, frames), warped], 2);
    const chosen = softmax(toTokens(convolution(layer.scope('conv_gate'), features, { out: copiedChoices })));
    const copied = slice(chosen, 2, 1, copiedChoices);
    const shown = reduceSum(mul(views, reshape(copied, [n, pixels, copiedChoices - 1, 1])), [2]);
    const chosenShare = reshape(reduceSum(copied, [2]), [videos, frames * pixels, 1]);
    const share = reshape(scale(layer.tensor('share', [1]), gain), [1, 1, 1]);
    const change = add(mul(unmoved, chosenShare), mul(inVideos(shown), factor(1)));
    return { change: back(mul(change, share)), copied: back(mul(chosenShare, share)) };
  });
  return {
    prediction: ofMotions.reduce((sum, { change }) => add(sum, change), prediction),
    copied: ofMotions.map(({ copied }) => copied).reduce((sum, each) => add(sum, each)),
  };
}

/**
 * r·a, r·b and r of each timestep for `withCopiedFirstFrame`: the prediction is `a·x_t + b·x0`, and r = 1 / (1 +
 * 0.05·b²), since an error of a copy in x0 is multiplied by b in the prediction, the more the lower the noise level.
 */
export function copyMixing(schedule: NoiseSchedule, timesteps: readonly number[]): FloatTensor {
  const rows = timesteps.flatMap((timestep) => {
    const [a, b] = predictionFactors(schedule, timestep);
    const trust = 1 / (1 + MISSED * b * b);
    return [trust * a, trust * b, trust];
  });
  return floats(Float32Array.from(rows), [timesteps.length, mixingNumbers]);
}

/** The coefficients a and b of the prediction `a·x_t + b·x0`. */
function predictionFactors(schedule: NoiseSchedule, timestep: number): [number, number] {
  const alpha = alphaCumprodAt(schedule, timestep);
  const [signal, noise] = [Math.sqrt(alpha), Math.sqrt(1 - alpha)];
  switch (schedule.predictionType) {
    case 'epsilon':
      return [1 / noise, -signal / noise];
    case 'v_prediction':
      return [signal / noise, -1 / noise];
    case 'sample':
      return [0, 1];
  }
}
