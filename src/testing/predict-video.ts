/** @file One prediction of the video U-Net on fixed random inputs, for comparing motions. */
import { readNoiseSchedule } from '../diffusion/noise-schedule.ts';
import { randomStream } from '../diffusion/random.ts';
import { floats, type Shape, sizeOf } from '../graph/host-tensor.ts';
import type { BaseModel } from '../models/base-model.ts';
import { videoPredictor } from '../motion/predictor.ts';
import type { TrainedMotion } from '../motion/trained-motion.ts';
import type { MemoryMode } from '../runtime/memory-mode.ts';

const [shape, tokens, timestep] = [[1, 4, 3, 4, 6] as const, 5, 300] as const;

/** The prediction of the video U-Net with this motion for 3 frames of 4 × 6 latents; the inputs are always the same. */
export async function predictVideo(
  base: BaseModel,
  motion: TrainedMotion,
  memory: MemoryMode = 'fast',
): Promise<Float32Array> {
  const random = randomStream(2, 'predict video');
  const normal = (of: Shape) => floats(random.normals(sizeOf(of)), of);
  const [latents, context] = [normal(shape), normal([1, tokens, base.unet.config.cross_attention_dim])];
  const predictor = await videoPredictor(base.unet, () => motion, shape, tokens, {
    schedule: await readNoiseSchedule(base.schedulerConfig),
    memory,
  });
  const { data } = await predictor.predict(latents, [timestep], context);
  await predictor.dispose();
  return data;
}

/** The largest difference between two arrays of numbers. */
export function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}
