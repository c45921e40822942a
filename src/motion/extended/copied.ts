/**
 * @file The first frame, moved, as what a frame shows. A network that sees the first frame in its new place (see `withCarriedFirstFrame`)
 * still has to draw it, and a small one draws it roughly. Here it chooses, pixel by pixel, between what it draws itself and the
 * first frame's own latents, as they are or moved: what is only moved keeps its looks. As video prediction by moving
 * pixels does it (Finn et al. 2016, arXiv 1605.07157), for latents with noise.
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
import { warpedFirst } from './warped.ts';

/** Name of the layer, in the scope of the U-Net's last convolution. */
export const copiedName = 'copied';

/** What each pixel chooses from: what the network draws, every view of the first frame, and that one warped. */
export const copiedChoices = 2 + carriedViews;

/** Numbers for each video that say how to mix at its timestep; see `copyMixing`. */
export const mixingNumbers = 3;

/** Lets the share, which is trained at the rate of matrices, soon be 1. */
const gain = 8;

/** Share of the variance of latents that a moved first frame misses at best: latents between two pixels are not those of the moved picture. */
const MISSED = 0.05;

/** See `withCopiedFirstFrame`. */
export interface CopiedPrediction {
  readonly prediction: Tensor;
  readonly copied: Tensor;
}

/**
 * The video U-Net's prediction `[n, c, h, w]`, in part replaced by what the first frame would have it be. Where the clean latents
 * are x0, it is `a·x_t + b·x0` with numbers of the timestep (`mixing`, `[videos, 3]`: r·a, r·b and r, r being how far a copy is
 * to be trusted at this noise); `features` `[n, d, h, w]` is what the prediction was drawn from, `latents` is x_t. With the share s,
 * which starts at 0, and p, each pixel's choice: `prediction + s·r·Σ_i p_i·(a·x_t + b·view_i − prediction)`. For every motion that is
 * in w, each against the prediction without the others. `copied` `[n, 1, h, w]` is how much of each pixel is copied: s·Σ_i p_i of all motions.
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
 * For each timestep r·a, r·b and r as `withCopiedFirstFrame` takes them: the prediction is `a·x_t + b·x0`, and r = 1 / (1 + 0.05·b²),
 * since what a copy misses of x0 is missed b times in the prediction, the more the less noise there is.
 */
export function copyMixing(schedule: NoiseSchedule, timesteps: readonly number[]): FloatTensor {
  const rows = timesteps.flatMap((timestep) => {
    const [a, b] = predictionFactors(schedule, timestep);
    const trust = 1 / (1 + MISSED * b * b);
    return [trust * a, trust * b, trust];
  });
  return floats(Float32Array.from(rows), [timesteps.length, mixingNumbers]);
}

/** The numbers with which a prediction is `a·x_t + b·x0`. */
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
