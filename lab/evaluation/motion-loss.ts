/**
 * @file A motion's loss on its clips and on unseen videos, which shows whether the motion was learned or memorised.
 */

import { readNoiseSchedule } from '../../src/diffusion/noise-schedule.ts';
import { randomStream } from '../../src/diffusion/random.ts';
import { type FloatTensor, floats, sizeOf } from '../../src/graph/host-tensor.ts';
import { type Picture, pictureToFloats } from '../../src/media/picture.ts';
import type { Size } from '../../src/media/size.ts';
import type { BaseModel } from '../../src/models/base-model.ts';
import { pictureEncoder, sampleLatents } from '../../src/models/programs.ts';
import { fromFrames } from '../../src/motion/frames.ts';
import { videoPredictor } from '../../src/motion/predictor.ts';
import type { TrainedMotion } from '../../src/motion/trained-motion.ts';
import { clipTexts } from '../../src/training/data/clip-texts.ts';
import { noisedVideos } from '../../src/training/data/noising.ts';
import { mean } from './text-metrics.ts';

/**
 * Fractions of the noise schedule at which the loss is measured: where it is decided what moves where. Below them,
 * where details are drawn, a motion need not have learned anything (`lowestTimestep`); at the end there is only noise.
 */
const LEVELS = [0.45, 0.65, 0.8, 0.95];

/** A true video, and what it shows. */
export interface CaptionedVideo {
  readonly frames: readonly Picture[];
  readonly prompt: string;
}

/**
 * The training's loss (LAMP, eq. 4), averaged over each list of videos and over four levels of noise, with the same
 * noise for the same index in a list. All videos have the same number of frames and this size.
 */
export async function motionLosses<Name extends string>(
  base: BaseModel,
  motion: TrainedMotion,
  size: Size,
  lists: Readonly<Record<Name, readonly CaptionedVideo[]>>,
): Promise<Record<Name, number>> {
  const { variant } = motion;
  const schedule = await readNoiseSchedule(base.schedulerConfig);
  const steps = schedule.alphasCumprod.length;
  const encoder = await pictureEncoder(base.vae, size);
  const encoded = async (frames: readonly Picture[]) => {
    const latents: FloatTensor[] = [];
    for (const frame of frames) {
      const posterior = await encoder.encode(floats(pictureToFloats(frame), [1, 3, size.height, size.width]));
      const noNoise = new Float32Array(posterior.mean.data.length);
      latents.push(sampleLatents(posterior, noNoise, base.vae.config.scaling_factor));
    }
    return fromFrames(latents);
  };
  const entries = Object.entries(lists) as [Name, readonly CaptionedVideo[]][];
  try {
    const [, [any]] = entries[0]!;
    const { shape } = await encoded(any!.frames);
    const tokens = base.tokenizer.maxLength;
    const predictor = await videoPredictor(base.unet, () => motion, shape, tokens, { schedule });
    try {
      const losses: [Name, number][] = [];
      for (const [list, videos] of entries) {
        const found: number[] = [];
        const captions = videos.map(({ prompt }) => ({ caption: prompt }));
        const texts = await clipTexts(base, captions, '', { device: 'cpu' });
        for (const [index, { frames }] of videos.entries()) {
          const clean = await encoded(frames);
          for (const level of LEVELS) {
            const timesteps = [Math.floor(level * steps)];
            const noise = floats(randomStream(0, 'motion loss', index, level).normals(sizeOf(shape)), shape);
            const { noisy, target } = noisedVideos(schedule, clean, noise, timesteps, variant);
            const prediction = await predictor.predict(noisy, timesteps, texts[index]!);
            found.push(meanSquare(prediction, target, variant.firstFrame ? 1 : 0));
          }
        }
        losses.push([list, mean(found)]);
      }
      return Object.fromEntries(losses) as Record<Name, number>;
    } finally {
      await predictor.dispose();
    }
  } finally {
    await encoder.dispose();
  }
}

/** Mean squared difference of latents `[1, c, f, h, w]` over the frames from `first` on. */
function meanSquare(a: FloatTensor, b: FloatTensor, first: number): number {
  const [, , frames, height, width] = a.shape as [number, number, number, number, number];
  const each = height * width;
  let [sum, count] = [0, 0];
  for (let at = 0; at < a.data.length; at++) {
    if (Math.floor(at / each) % frames < first) continue;
    sum += (a.data[at]! - b.data[at]!) ** 2;
    count++;
  }
  return sum / count;
}
