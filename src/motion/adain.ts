/** @file Adaptive instance normalisation (Huang & Belongie 2017, arXiv 1703.06868) between the frames of a video. */
import { type FloatTensor, floats } from '../graph/host-tensor.ts';

const epsilon = 1e-8;

/**
 * Mean and standard deviation (`√(unbiased variance + 1e-8)`) of values. The mean is rounded as vector processors round
 * it in f32: in a flat plane the deviation is 1e-4, so that what is left of the rounding shows in the result, here as in
 * the reference.
 */
export function planeStatistics(values: Float32Array): { mean: number; deviation: number } {
  const mean = Math.fround(laneSum(values) / values.length);
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    sum += values[i]! - mean;
    squares += (values[i]! - mean) ** 2;
  }
  const variance = (squares - (sum * sum) / values.length) / (values.length - 1);
  return { mean, deviation: Math.sqrt(Math.max(0, variance) + epsilon) };
}

/** Sum in f32 by eight lanes, as an eight-wide vector unit adds. */
function laneSum(values: Float32Array): number {
  const lanes = new Float32Array(8);
  for (let i = 0; i < values.length; i++) lanes[i % 8]! += values[i]!;
  return lanes.reduce((sum, lane) => Math.fround(sum + lane));
}

/** Writes `content`, shifted and scaled to the mean and deviation of `style`, to `target` (which may be `content`). */
export function matchStatistics(content: Float32Array, style: Float32Array, target: Float32Array): void {
  const from = planeStatistics(content);
  const to = planeStatistics(style);
  for (let i = 0; i < content.length; i++) {
    target[i] = ((content[i]! - from.mean) / from.deviation) * to.deviation + to.mean;
  }
}

/** What to align after a sampling step. */
export type AdainScope =
  /** Frames from the third on take the second's statistics, as after every step. */
  | 'second'
  /** The second frame takes the first's before; as in the later steps. */
  | 'first-and-second'
  /** Every frame takes the first's; as after the last step. */
  | 'first';

/** Aligns the statistics of each channel's picture across the frames of latents `[b, c, f, h, w]`; returns a copy. */
export function alignFrames(latents: FloatTensor, scope: AdainScope): FloatTensor {
  const [b, c, frames, h, w] = latents.shape as [number, number, number, number, number];
  const size = h * w;
  const data = latents.data.slice();
  for (let plane = 0; plane < b * c; plane++) {
    const frame = (f: number) => data.subarray((plane * frames + f) * size, (plane * frames + f + 1) * size);
    if (scope !== 'second' && frames > 1) matchStatistics(frame(1), frame(0), frame(1));
    for (let f = 2; f < frames; f++) {
      matchStatistics(frame(f), frame(scope === 'first' ? 0 : 1), frame(f));
    }
  }
  return floats(data, latents.shape);
}
