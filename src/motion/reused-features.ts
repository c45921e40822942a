/**
 * @file Deep features reused between the steps of a sampling (DeepCache, Ma et al. 2023, arXiv 2312.00858): they change
 * slowly from step to step, and computing them is nearly all of a U-Net's work.
 */
import { type FloatTensor, floats, type Shape } from '../graph/host-tensor.ts';
import type { Component } from '../models/base-model.ts';
import type { UNetConfig } from '../models/configs.ts';
import { type VideoPredictor, type VideoPredictorOptions, videoNetwork } from './predictor.ts';
import { roundedMotion } from './rounded-motion.ts';
import type { TrainedMotion } from './trained-motion.ts';

/** A video U-Net whose deep features can be reused. */
export interface ReusingPredictor {
  /**
   * A predictor for the steps of one sampling, in order: the whole network at the first step and then at every
   * `interval`-th, its last block alone, with the features of the last whole step, at the others. Of a batch that was
   * larger before, the last videos are taken; a batch that was smaller before needs the whole network.
   */
  every(interval: number): StepPredictor;
  /** Frees the programs. */
  dispose(): Promise<void>;
}

/** A predictor for the steps of one sampling. */
export interface StepPredictor extends Pick<VideoPredictor, 'predict' | 'extra'> {
  /** Number of steps so far that took the whole network. */
  fullSteps(): number;
}

/**
 * Compiles the video U-Net as `videoPredictor` does, for one video of latents `[1, c, f, h, w]` (or more, one after the
 * other), and its last block alone.
 */
export async function reusingPredictor(
  unet: Component<UNetConfig>,
  motion: () => TrainedMotion,
  latentShape: Shape,
  tokens: number,
  options: VideoPredictorOptions = {},
): Promise<ReusingPredictor> {
  const rounded = await roundedMotion(unet.weights, motion().values);
  const compiled = (part: 'keeping' | 'rest') =>
    videoNetwork(unet, motion, latentShape, tokens, { ...options, part, rounded });
  const whole = await compiled('keeping');
  let rest: typeof whole;
  try {
    rest = await compiled('rest');
  } catch (error) {
    await whole.dispose();
    throw error;
  }
  const others = whole.outputs.filter((name) => name !== 'prediction' && name !== 'deep');
  const extra: VideoPredictor['extra'] = Object.fromEntries(
    others.map((name) => [name, async (...given) => (await whole.run(...given))[name]!]),
  );
  return {
    every(interval) {
      let deep: FloatTensor | undefined;
      let [age, full] = [0, 0];
      return {
        async predict(latents, timesteps, context) {
          const videos = latents.shape[0]!;
          age++;
          if (deep && age < interval && deep.shape[0]! >= videos) {
            return (await rest.run(latents, timesteps, context, lastOf(deep, videos))).prediction!;
          }
          const found = await whole.run(latents, timesteps, context);
          deep = found.deep;
          age = 0;
          full++;
          return found.prediction!;
        },
        extra,
        fullSteps: () => full,
      };
    },
    async dispose() {
      await whole.dispose();
      await rest.dispose();
    },
  };
}

/** The last `count` elements of a batch. */
function lastOf({ data, shape: [batch, ...one] }: FloatTensor, count: number): FloatTensor {
  return floats(data.subarray((data.length / batch!) * (batch! - count)), [count, ...one]);
}
