/**
 * @file How the built-in base model is trained from nothing: all stages, with their sizes and seeds. `run-recipe.ts`
 * carries it out.
 */
import type { Size } from '../../src/media/size.ts';

/** Training of an autoencoder, or of its decoder alone. */
export interface AutoencoderTraining {
  readonly steps: number;
  readonly batch: number;
  /** Pictures of a batch that one thread computes at once. */
  readonly piece: number;
  /** Side of the squares that are cut out of the pictures, one of each, in pixels. */
  readonly side: number;
  /** At the beginning; it falls along a cosine. */
  readonly learningRate: number;
  readonly seed: number;
  /** Whether latents are transformed before they are decoded (see `moved-latents.ts`). */
  readonly moving: boolean;
  /** Weight of the loss of that name (see `vae-step.ts`); default 0. */
  readonly equivariance?: number;
}

/** Training of a decoder alone (see `tune-decoder.ts`). */
export interface DecoderTraining extends Omit<AutoencoderTraining, 'equivariance'> {
  /** Largest deviation of the noise in its latents. */
  readonly mostNoise: number;
  /** Weight of the loss of that name (see `vae-step.ts`). */
  readonly sharpness: number;
}

/** One training of text encoder and U-Net; it begins with the weights of the one before. */
export interface ModelTraining {
  readonly steps: number;
  readonly batch: number;
  /** Samples of a batch that one thread computes at once. */
  readonly piece: number;
  readonly learningRate: number;
  readonly schedule: 'constant' | 'cosine';
  readonly seed: number;
}

/** Fractions of the pictures that show something else than the world's things, one after the other. */
export interface PictureShares {
  /** One of `lab/assets/pretraining`, of the pictures of things. */
  readonly more: number;
  /** One of the world's rendered objects. */
  readonly shapes: number;
  /** One of `world/rendered`. */
  readonly rendered: number;
}

/** A recipe. */
export interface PretrainingRecipe {
  readonly size: Size;
  readonly latentChannels: number;
  /** Channels of the autoencoder's levels; each but the first halves the size. */
  readonly autoencoderWidths: readonly number[];
  /** Channels of the U-Net's levels. */
  readonly unetWidths: readonly number[];
  /** Width of the text encoder, and its longest caption in tokens. */
  readonly textWidth: number;
  readonly tokens: number;
  readonly shares: PictureShares;
  readonly autoencoder: readonly AutoencoderTraining[];
  /** Pictures for the statistics of the latents. */
  readonly measured: number;
  /** How far the latents' principal components are made alike in variance (see `whitening`). */
  readonly whitening: number;
  /** Only the decoder: the latents stay. */
  readonly decoder: DecoderTraining;
  /** Pictures whose latents are kept for the U-Net, in files of `each`. */
  readonly latents: { readonly files: number; readonly each: number; readonly seed: number };
  readonly model: readonly ModelTraining[];
  /** Name of the stages in `model`, with a number behind it. */
  readonly modelName: string;
}

/**
 * Where the logit-normal distribution of the timesteps of text encoder and U-Net has its middle (see `BatchPlan`): the
 * noisiest ones, where little can be known, and the last ones, where little is left to do, are drawn less often.
 */
export const timestepsAround = -0.4;

/** The recipe of `assets/base`. */
export const builtInRecipe: PretrainingRecipe = {
  size: { width: 128, height: 128 },
  latentChannels: 12,
  autoencoderWidths: [12, 32, 64, 96],
  unetWidths: [32, 64, 128],
  textWidth: 96,
  tokens: 20,
  shares: { more: 0.2, shapes: 0.1, rendered: 0.12 },
  autoencoder: [
    { steps: 2500, batch: 8, piece: 4, side: 64, learningRate: 2e-3, seed: 0, moving: false },
    { steps: 4500, batch: 8, piece: 4, side: 64, learningRate: 2e-3, seed: 1, moving: true },
    {
      steps: 2500,
      batch: 8,
      piece: 4,
      side: 64,
      learningRate: 2e-3,
      seed: 6,
      moving: true,
      equivariance: 0.05,
    },
  ],
  measured: 512,
  whitening: 0.75,
  decoder: {
    steps: 6000,
    batch: 4,
    piece: 2,
    side: 128,
    learningRate: 1e-3,
    seed: 2,
    moving: true,
    mostNoise: 0.8,
    sharpness: 3,
  },
  latents: { files: 20, each: 4096, seed: 3 },
  model: [
    {
      steps: 6000,
      batch: 64,
      piece: 32,
      learningRate: 0.85e-3,
      schedule: 'constant',
      seed: 4,
    },
    {
      steps: 6000,
      batch: 128,
      piece: 64,
      learningRate: 1e-3,
      schedule: 'cosine',
      seed: 5,
    },
  ],
  modelName: 'model',
};

/**
 * The same pictures for a U-Net of half the width, which tells what a wider one brings. In the same folder, it shares
 * the autoencoder and the latents.
 */
export const narrowRecipe: PretrainingRecipe = {
  ...builtInRecipe,
  unetWidths: [16, 32, 64],
  modelName: 'narrow',
};

/** All stages, in seconds: shows that they run, and that a stopped one goes on. What it draws means nothing. */
export const tinyRecipe: PretrainingRecipe = {
  size: { width: 16, height: 16 },
  latentChannels: 4,
  autoencoderWidths: [4, 8, 8],
  unetWidths: [8, 16, 16],
  textWidth: 16,
  tokens: 20,
  shares: { more: 0.2, shapes: 0.1, rendered: 0.2 },
  measured: 32,
  autoencoder: [
    { steps: 4, batch: 2, piece: 1, side: 8, learningRate: 1e-3, seed: 0, moving: false },
    { steps: 3, batch: 2, piece: 1, side: 16, learningRate: 1e-3, seed: 1, moving: true, equivariance: 0.05 },
  ],
  whitening: 0.75,
  decoder: {
    steps: 3,
    batch: 2,
    piece: 1,
    side: 16,
    learningRate: 1e-3,
    seed: 2,
    moving: true,
    mostNoise: 0.8,
    sharpness: 3,
  },
  latents: { files: 2, each: 32, seed: 3 },
  model: [
    {
      steps: 3,
      batch: 4,
      piece: 2,
      learningRate: 1e-3,
      schedule: 'constant',
      seed: 4,
    },
    {
      steps: 3,
      batch: 4,
      piece: 2,
      learningRate: 1e-3,
      schedule: 'cosine',
      seed: 5,
    },
  ],
  modelName: 'model',
};

/** The recipes by name. */
export const recipes = { 'built-in': builtInRecipe, narrow: narrowRecipe, tiny: tinyRecipe } as const;
