/** @file Adaptive instance normalisation (Huang & Belongie 2017, arXiv 1703.06868) between the frames of a video. */
import { type FloatTensor, floats } from '../graph/host-tensor.ts';

const epsilon = 1e-8;

/**
 * Mean and standard deviation (`√(unbiased variance + 1e-8)`) of values. The mean is rounded as a vector unit rounds it
 * in f32: in a constant plane the deviation is 1e-4, so the rounding error is visible in the result, as in the
 * reference.
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

/** Sum in f32 over eight lanes, in the order of an eight-wide vector unit. */
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

/** Which frames to align after a sampling step, and to which. */
export type AdainScope =
  /** Frames from the third on take the statistics of the second; after every step. */
  | 'second'
  /** Before that, the second frame takes those of the first; in the later steps. */
  | 'first-and-second'
  /** Every frame takes those of the first; after the last step. */
  | 'first';

/** Aligns the statistics of each channel across the frames of latents `[b, c, f, h, w]`; returns a copy. */
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
