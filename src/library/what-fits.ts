/** @file Which videos can be trained on and made, and which pictures drawn, with a given amount of memory. */

import type { Size } from '../media/size.ts';
import type { BaseModel } from '../models/base-model.ts';
import { vaeFactor } from '../models/configs.ts';
import { recommendedSize } from '../models/picture-size.ts';
import { pictureCost } from '../models/sampling-cost.ts';
import { motionParameters } from '../motion/motion-parameters.ts';
import { samplingCost } from '../motion/predictor.ts';
import type { MotionVariant } from '../motion/variant.ts';
import { type MemoryMode, memoryModes } from '../runtime/memory-mode.ts';
import { samplingShare } from '../runtime/sample-memory.ts';
import { trainingShare } from '../training/choose-memory.ts';
import type { OptimizerName } from '../training/optimiser.ts';
import { trainingCost } from '../training/training-cost.ts';
import { trainingDefaults } from '../training/training-settings.ts';

/** The fastest way in which a training or a video fits, and what it needs. */
export interface FittingWay {
  readonly memory: MemoryMode;
  /** Rank of the trained factors; 0: whole matrices. */
  readonly rank: number;
  /** Of a training: its optimiser. */
  readonly optimizer?: OptimizerName;
  /** Estimated memory of the process. */
  readonly bytes: number;
  /** Estimated time of a step (of training, or a guided one of sampling) on this machine. */
  readonly secondsPerStep: number;
}

/** A length and size of videos, and how such videos fit; a way is absent where none does. */
export interface FittingVideo extends Size {
  readonly frames: number;
  readonly train?: FittingWay;
  readonly generate?: FittingWay;
}

/** A size of pictures, and how such a picture is drawn; absent where it does not fit. */
export interface FittingPicture extends Size {
  readonly draw?: FittingWay;
}

/** What fits into an amount of memory. */
export interface WhatFits {
  /** The memory of the machine; 15 % of it are left for the system. */
  readonly bytes: number;
  /** Empty for Stable Diffusion XL. */
  readonly videos: readonly FittingVideo[];
  /** Of Stable Diffusion XL only, which draws first frames and pictures; else empty. */
  readonly pictures: readonly FittingPicture[];
}

/** What to answer. */
export interface FitQuestion {
  readonly bytes: number;
  /** Default: 8, 16, and 32. */
  readonly frames?: number | undefined;
  /** Default: the base's own size, and others from a quarter to one and a half times as many pixels. */
  readonly size?: Size | undefined;
  readonly variant: MotionVariant;
  /** Rank that training uses, unless whole matrices do not fit even with an optimiser of 8 bits, and factors do. */
  readonly rank: number;
  /** Default `adamw`. */
  readonly optimizer?: OptimizerName | undefined;
  /** Batches in a step. */
  readonly accumulation?: number | undefined;
  /** See the training's setting. */
  readonly averageDecay?: number | undefined;
  /** Videos in a batch. */
  readonly batch: number;
  /** Estimated seconds for so many floating-point operations. */
  readonly seconds: (flops: number) => number;
}

/** Rank that is tried where whole matrices do not fit. */
const smallRank = 32;

/** How much faster a guided sampling step is with products in 8 bits, about (`npm run bench`). */
const int8Gain = 1.8;

/** For each length and size, the fastest way that fits. Of Stable Diffusion XL, for each size of pictures. */
export function whatFits(base: BaseModel, { bytes, frames, size, ...how }: FitQuestion): WhatFits {
  if (base.second) return { bytes, videos: [], pictures: fittingPictures(base, bytes, size, how) };
  const lengths = frames === undefined ? [8, 16, 32] : [frames];
  const sizes = size ? [size] : usualSizes(base);
  const videos = sizes.flatMap((each) =>
    lengths.map((count): FittingVideo => {
      const limit = trainingShare * bytes;
      const train = trainingWay(base, { ...each, frames: count }, limit, how);
      const generate = videoWay(base, { ...each, frames: count }, bytes, how);
      return { ...each, frames: count, ...(train && { train }), ...(generate && { generate }) };
    }),
  );
  return { bytes, videos, pictures: [] };
}

type Video = Size & { readonly frames: number };
type How = Omit<FitQuestion, 'bytes' | 'frames' | 'size'>;

function trainingWay(
  base: BaseModel,
  video: Video,
  limit: number,
  { rank, optimizer = 'adamw', batch, seconds, ...more }: How,
): FittingWay | undefined {
  const asked = memoryModes.map((memory) => ({ memory, rank, optimizer }));
  // What keeps less, for those who did not ask for something else.
  const lessState = optimizer === 'adamw' ? [{ ...asked.at(-1)!, optimizer: 'adamw-8bit' as const }] : [];
  const factors = rank === 0 ? asked.map((way) => ({ ...way, rank: smallRank })) : [];
  for (const way of [...asked, ...lessState, ...factors]) {
    const shape = latents(base, batch, video);
    const { bytes, flops } = trainingCost(base.unet, shape, base.tokenizer.maxLength, { ...more, ...way });
    if (bytes <= limit) return { ...way, bytes, secondsPerStep: seconds(flops) };
  }
  return undefined;
}

function videoWay(base: BaseModel, video: Video, machine: number, { variant, rank, seconds }: How) {
  const parameters = motionParameters(base.unet.weights.shapes, variant, rank);
  const shapes = new Map(parameters.map(({ name, shape }) => [name, shape]));
  const [shape, tokens] = [latents(base, 2, video), base.tokenizer.maxLength];
  const cost = (memory: SamplingMode) => samplingCost(base.unet, { variant, shapes }, shape, tokens, memory);
  return samplingWay(cost, machine, rank, samplingSeconds(base, seconds));
}

function fittingPictures(base: BaseModel, bytes: number, size: Size | undefined, { seconds }: How) {
  const own = recommendedSize(base);
  const half = { width: own.width / 2, height: own.height / 2 };
  return (size ? [size] : [half, own]).map((each): FittingPicture => {
    const [samples, channels, , height, width] = latents(base, 2, { ...each, frames: 1 });
    const shape = [samples!, channels!, height!, width!];
    const cost = (memory: SamplingMode) => pictureCost(base.unet, shape, base.tokenizer.maxLength, memory);
    const draw = samplingWay(cost, bytes, 0, samplingSeconds(base, seconds));
    return { ...each, ...(draw && { draw }) };
  });
}

/** Estimated seconds for so many operations of sampling, of which those in 8 bits are faster. */
export function samplingSeconds({ unet }: BaseModel, seconds: How['seconds']): How['seconds'] {
  const gain = unet.weights.precision === 'int8' ? int8Gain : 1;
  return (flops) => seconds(flops) / gain;
}

type SamplingMode = 'fast' | 'low';

/** The faster of the ways of sampling that fits into a machine, as `auto` chooses. */
function samplingWay(
  cost: (memory: SamplingMode) => { readonly bytes: number; readonly flops: number },
  machine: number,
  rank: number,
  seconds: How['seconds'],
): FittingWay | undefined {
  for (const memory of ['fast', 'low'] as const) {
    const { bytes, flops } = cost(memory);
    const share = memory === 'fast' ? samplingShare : trainingShare;
    if (bytes <= share * machine) return { memory, rank, bytes, secondsPerStep: seconds(flops) };
  }
  return undefined;
}

/** Shape of the latents of a batch of videos, `[b, c, f, h, w]`. */
export function latents({ unet, vae }: BaseModel, videos: number, { frames, width, height }: Video) {
  const factor = vaeFactor(vae.config);
  return [videos, unet.config.in_channels, frames, height / factor, width / factor];
}

/** For a base of 512×512, or of an unknown size: 256×256, 512×320, 512×512, and 768×512. */
function usualSizes(base: BaseModel): Size[] {
  const factor = vaeFactor(base.vae.config);
  const isKnown = base.settings.size !== undefined || base.unet.config.sample_size !== undefined;
  const { width } = isKnown ? recommendedSize(base) : trainingDefaults;
  const side = (share: number) => Math.max(1, Math.round((share * width) / factor)) * factor;
  return (
    [
      [0.5, 0.5],
      [1, 0.625],
      [1, 1],
      [1.5, 1],
    ] as const
  ).map(([wide, high]) => ({ width: side(wide), height: side(high) }));
}
