/** @file Turning clean videos into a training batch: noise at a timestep, the first frame left clean. */

import { addNoise, type NoiseSchedule, velocity } from '../diffusion/noise-schedule.ts';
import { type FloatTensor, floats } from '../graph/host-tensor.ts';

/** `x_t = √ᾱ_t·x_0 + √(1−ᾱ_t)·ε` with frame 0 put back clean, and what the U-Net should say of it. */
export function noisedVideos(
  schedule: NoiseSchedule,
  clean: FloatTensor,
  noise: FloatTensor,
  timesteps: readonly number[],
): { noisy: FloatTensor; target: FloatTensor } {
  const noisy = withFirstFrame(addNoise(schedule, clean, noise, timesteps), clean);
  switch (schedule.predictionType) {
    case 'epsilon':
      return { noisy, target: noise };
    case 'v_prediction':
      return { noisy, target: velocity(schedule, clean, noise, timesteps) };
    case 'sample':
      return { noisy, target: clean };
  }
}

/** Copies frame 0 of `source` `[b, c, f', h, w]` into a copy of `videos` `[b, c, f, h, w]`. */
export function withFirstFrame(videos: FloatTensor, source: FloatTensor): FloatTensor {
  const [b, c, frames, h, w] = videos.shape as [number, number, number, number, number];
  const sourceFrames = source.shape[2]!;
  const picture = h * w;
  const data = videos.data.slice();
  for (let plane = 0; plane < b * c; plane++) {
    const from = plane * sourceFrames * picture;
    data.set(source.data.subarray(from, from + picture), plane * frames * picture);
  }
  return floats(data, videos.shape);
}
