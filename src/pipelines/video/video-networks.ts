/** @file The networks for making a video: compiled on demand, kept while memory allows. */

import { totalmem } from 'node:os';
import type { NoiseSchedule } from '../../diffusion/noise-schedule.ts';
import { sizeOf } from '../../graph/host-tensor.ts';
import type { Size } from '../../media/size.ts';
import type { BaseModel } from '../../models/base-model.ts';
import {
  type PictureDecoder,
  type PictureEncoder,
  pictureDecoder,
  pictureEncoder,
} from '../../models/programs.ts';
import { samplingCost, type VideoPredictor, videoPredictor } from '../../motion/predictor.ts';
import { type ReusingPredictor, reusingPredictor } from '../../motion/reused-features.ts';
import type { TrainedMotion } from '../../motion/trained-motion.ts';
import type { DeviceName } from '../../runtime/devices.ts';
import type { MemoryChoice, MemoryMode } from '../../runtime/memory-mode.ts';
import { runningDefaults } from '../../runtime/running-settings.ts';
import { sampleMemory } from '../../runtime/sample-memory.ts';
import { imagePredictors, latentShape } from '../draw/draw-picture.ts';
import { compiled, type Kept } from '../draw/kept-programs.ts';
import { type Predictors, takenAtOnce } from '../draw/predictors.ts';
import type { GuidanceSettings } from '../draw/sampling-settings.ts';
import type { VideoSettings } from './video-settings.ts';

/** All networks for videos of one size and length. */
export interface VideoNetworks {
  readonly encoder: Kept<PictureEncoder>;
  readonly image: Predictors;
  readonly video: Predictors<VideoPredictor>;
  /** The video U-Net for steps that reuse deep features. */
  readonly reusing: Kept<ReusingPredictor>;
  readonly decoder: Kept<PictureDecoder>;
  /** How much memory the video U-Net takes with these settings; modes round differently. */
  mode(settings: GuidanceSettings & Pick<VideoSettings, 'deepEvery'>): MemoryMode;
  /**
   * Announces that only the named networks are needed next. Large networks do not fit into memory together, so the
   * others are freed, at the cost of compiling them again for the next video. Small ones are kept.
   */
  keepOnly(...needed: readonly (Kept<unknown> | Predictors)[]): Promise<void>;
  dispose(): Promise<void>;
}

/** If the U-Net takes less than this share of the machine's memory, all networks are kept, unless it is to be low. */
const smallShare = 1 / 8;

/** The networks for `frames` frames of a size, with a motion; nothing is compiled yet. */
export function videoNetworks(
  base: BaseModel,
  motion: () => TrainedMotion,
  {
    frames,
    size,
    schedule,
    device,
    memory = runningDefaults.memory,
  }: {
    frames: number;
    size: Size;
    schedule: NoiseSchedule;
    device: DeviceName;
    memory?: MemoryChoice | undefined;
  },
): VideoNetworks {
  const [, channels, height, width] = latentShape(base, size);
  const tokens = base.tokenizer.maxLength;
  const shapeOf = (videos: number) => [videos, channels, frames, height, width];
  const modes = new Map<number, MemoryMode>();
  const modeFor = (videos: number): MemoryMode => {
    const bytes = () => {
      const { variant, values } = motion();
      const shapes = new Map([...values].map(([name, value]) => [name, value.shape]));
      return samplingCost(base.unet, { variant, shapes }, shapeOf(videos), tokens, 'fast').bytes;
    };
    const mode = modes.get(videos) ?? sampleMemory(memory, device, bytes);
    modes.set(videos, mode);
    return mode;
  };
  const making = (videos: number) => ({ device, schedule, memory: modeFor(videos) });
  const predictor = (videos: number) =>
    compiled(() => videoPredictor(base.unet, motion, shapeOf(videos), tokens, making(videos)));
  const reusing = compiled(() => reusingPredictor(base.unet, motion, shapeOf(1), tokens, making(1)));
  const image = imagePredictors(base, size, device, memory);
  const video = { guided: predictor(2), unguided: predictor(1) };
  const encoder = compiled(() => pictureEncoder(base.vae, size, { device, memory }));
  const decoder = compiled(() => pictureDecoder(base.vae, size, { device, memory }));
  const unets = [image.guided, image.unguided, video.guided, video.unguided, reusing];
  const all: Kept<unknown>[] = [encoder, ...unets, decoder];
  const weights = [...base.unet.weights.shapes.values()].reduce((sum, shape) => sum + 4 * sizeOf(shape), 0);
  const small = memory !== 'low' && weights < smallShare * totalmem();
  return {
    encoder,
    image,
    video,
    reusing,
    decoder,
    mode: (settings) => modeFor(settings.deepEvery > 1 ? 1 : takenAtOnce(settings)),
    async keepOnly(...needed) {
      if (small) return;
      const kept = new Set(needed.flatMap((each) => ('get' in each ? [each] : [each.guided, each.unguided])));
      for (const program of all) if (!kept.has(program)) await program.dispose();
    },
    async dispose() {
      for (const program of all) await program.dispose();
    },
  };
}
