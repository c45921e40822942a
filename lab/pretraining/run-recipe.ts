/** @file Carries out a recipe: each stage in a folder of its own, finished ones skipped, stopped ones continued. */
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { notice, type WorkOptions } from '../../src/events.ts';
import type { FloatTensor } from '../../src/graph/host-tensor.ts';
import { type BaseModel, openBaseModel } from '../../src/models/base-model.ts';
import { type VaeConfig, vaeConfigSchema } from '../../src/models/configs.ts';
import { crops } from './crops.ts';
import { modelWeights, weightsOf } from './initial-weights.ts';
import { drawFromPool, joinedPools, type LatentPool, latentPool } from './latent-pool.ts';
import { pretrainModel } from './pretrain-model.ts';
import { batchCodec, keptVae, type Posterior, pretrainVae, type TrainedVae } from './pretrain-vae.ts';
import { pretrainDefaults } from './pretraining-settings.ts';
import {
  type AutoencoderTraining,
  type ModelTraining,
  type PretrainingRecipe,
  timestepsAround,
} from './recipe.ts';
import { smallModel } from './small-model.ts';
import { smallTokenizer } from './small-tokenizer.ts';
import { type TrainingPictures, trainingPictures } from './training-pictures.ts';
import { tuneDecoder } from './tune-decoder.ts';
import { vaeLossDefaults } from './vae-step.ts';
import { latentStatistics, whitenedWeights, whitening } from './whiten-latents.ts';

/** What to run. */
export interface RunRecipeOptions extends WorkOptions {
  readonly recipe: PretrainingRecipe;
  /** Folder of all stages. */
  readonly folder: string;
  /**
   * A model made by this recipe, in place of the autoencoder's stages and as the weights that text encoder and U-Net
   * begin with: for going on where the folder is gone.
   */
  readonly from?: string | undefined;
  /** The last stage to run (see `stagesOf`); default all. */
  readonly until?: string | undefined;
  /** Steps between sheets of samples; default 1000. */
  readonly sampleEvery?: number | undefined;
  /** Steps between checkpoints; default 500. */
  readonly saveEvery?: number | undefined;
}

const sourceName = 'little world 2';
/** Batch size of encoding. */
const poolBatch = 32;
/** Number of the first picture of a stage: stages see different ones. */
const firstOf = (stage: number) => stage * 10_000_000;
/** Number of pictures with unchanged colours at the start of a new autoencoder's training, which speed it up. */
const plainFirst = 12_000;

/** The names of a recipe's stages, in order: each is a folder. */
export function stagesOf({ autoencoder, model, modelName }: PretrainingRecipe): string[] {
  return [
    ...autoencoder.map((_, i) => `autoencoder-${i + 1}`),
    'whitening',
    'decoder',
    'latents',
    ...model.map((_, i) => `${modelName}-${i + 1}`),
  ];
}

/**
 * Runs all stages of a recipe that are not finished and returns the folder of the model, or of the last stage with
 * `until`. The same call after an interruption or a kill gives the same bytes. Throws as `pretrain` does.
 */
export async function runRecipe(options: RunRecipeOptions): Promise<string> {
  const { recipe, folder, until, onEvent } = options;
  const from = options.from === undefined ? undefined : await openBaseModel(options.from);
  const begin = (stage: string) => onEvent?.(notice(stage));
  const stage = (name: string) => join(folder, name);
  let vae = from && (await autoencoderOf(from));
  if (!vae) {
    for (const [i, training] of recipe.autoencoder.entries()) {
      const name = `autoencoder-${i + 1}`;
      begin(name);
      vae = await trainAutoencoder(options, training, stage(name), i, vae);
      if (until === name) return stage(name);
    }
  }
  if (!from) {
    begin('whitening');
    const trained = vae!;
    vae = await keptVae(join(stage('whitening'), 'vae'), () => whitened(options, trained));
    if (until === 'whitening') return stage('whitening');
    begin('decoder');
    vae = await trainDecoder(options, stage('decoder'), vae);
    if (until === 'decoder') return stage('decoder');
  }
  begin('latents');
  const pool = await encodeAll(options, stage('latents'), vae!);
  if (until === 'latents') return stage('latents');
  const tokenizer = smallTokenizer([...new Set(pool.captions)].sort(), recipe.tokens);
  let before = from;
  let path = '';
  for (const [i, training] of recipe.model.entries()) {
    const name = `${recipe.modelName}-${i + 1}`;
    begin(name);
    path = await trainModel(options, training, stage(name), { pool, tokenizer, vae: vae!, before });
    if (until === name) return stage(name);
    before = await openBaseModel(path);
  }
  return path;
}

/** Copies a finished model over the one in `to`; other files there (recommended settings, notices) stay. */
export async function installModel(model: string, to: string): Promise<void> {
  const parts = ['unet', 'vae', 'text_encoder', 'tokenizer', 'scheduler', 'model_index.json'];
  for (const part of parts) {
    const copy = join(to, `${part}.new`);
    await rm(copy, { recursive: true, force: true });
    await cp(join(model, part), copy, { recursive: true });
  }
  for (const part of parts) {
    await rm(join(to, part), { recursive: true, force: true });
    await rename(join(to, `${part}.new`), join(to, part));
  }
}

async function autoencoderOf(base: BaseModel): Promise<TrainedVae> {
  return { config: base.vae.config, weights: new Map(await weightsOf('vae', base.vae)) };
}

function picturesOf({ recipe: { size, shares } }: RunRecipeOptions, seed: number): Promise<TrainingPictures> {
  return trainingPictures({
    size,
    seed,
    moreShare: shares.more,
    shapeShare: shares.shapes,
    renderedShare: shares.rendered,
    plainFirst,
  });
}

async function trainAutoencoder(
  options: RunRecipeOptions,
  training: AutoencoderTraining,
  folder: string,
  index: number,
  before: TrainedVae | undefined,
): Promise<TrainedVae> {
  const pictures = await picturesOf(options, training.seed);
  return pretrainVae({
    ...ofAutoencoder(options, training, folder),
    ...(training.equivariance && {
      lossWeights: { ...vaeLossDefaults, equivariance: training.equivariance },
    }),
    source: cropped(pictures, training, index),
    config: autoencoderConfig(options.recipe),
    measuredPictures: options.recipe.measured,
    initial: before?.weights,
  });
}

async function trainDecoder(options: RunRecipeOptions, folder: string, vae: TrainedVae): Promise<TrainedVae> {
  const { mostNoise, sharpness, ...decoder } = options.recipe.decoder;
  const pictures = await picturesOf(options, decoder.seed);
  return tuneDecoder({
    ...ofAutoencoder(options, decoder, folder),
    source: cropped(pictures, decoder, 8),
    mostNoise,
    lossWeights: { ...vaeLossDefaults, sharpness },
    vae,
  });
}

/** The batches of a stage; those with negative numbers, for sheets and measurements, are of pictures of their own. */
function cropped({ ofAutoencoder }: TrainingPictures, { side, seed }: AutoencoderTraining, stage: number) {
  return (batch: number, count: number) => {
    const first = batch * count + (batch < 0 ? 0 : firstOf(stage));
    return crops(ofAutoencoder(first, count), side, seed, batch);
  };
}

function ofAutoencoder(
  { sampleEvery = 1000, saveEvery = 500, onEvent, signal }: RunRecipeOptions,
  { moving, side, piece, equivariance: _, ...training }: AutoencoderTraining,
  folder: string,
) {
  const settings = { ...pretrainDefaults, ...training, saveEvery, sampleEvery };
  return { width: side, height: side, folder, settings, sourceName, moving, piece, onEvent, signal };
}

function autoencoderConfig({ latentChannels, autoencoderWidths }: PretrainingRecipe): VaeConfig {
  return vaeConfigSchema.parse({
    in_channels: 3,
    out_channels: 3,
    latent_channels: latentChannels,
    block_out_channels: autoencoderWidths,
    layers_per_block: 1,
    norm_num_groups: 2,
    down_block_types: autoencoderWidths.map(() => 'DownEncoderBlock2D'),
    up_block_types: autoencoderWidths.map(() => 'UpDecoderBlock2D'),
  });
}

/** The autoencoder with changed latents (see `whiten-latents.ts`), measured on pictures that no training uses. */
async function whitened(options: RunRecipeOptions, vae: TrainedVae): Promise<TrainedVae> {
  const { recipe } = options;
  const pictures = await picturesOf(options, recipe.latents.seed);
  const codec = await batchCodec(vae, [poolBatch, 3, recipe.size.height, recipe.size.width]);
  const posteriors: Posterior[] = [];
  try {
    for (let i = 0; i * poolBatch < recipe.measured; i++) {
      const batch = pictures.ofModel(-(i + 1) * poolBatch, poolBatch);
      posteriors.push(await codec.encode(batch.pictures));
    }
  } finally {
    await codec.dispose();
  }
  const change = whitening(latentStatistics(posteriors), recipe.whitening);
  return { config: vae.config, weights: whitenedWeights(vae.weights, change) };
}

/** The latents of all pictures, in several files, so that a stopped stage goes on. */
async function encodeAll(options: RunRecipeOptions, folder: string, vae: TrainedVae): Promise<LatentPool> {
  const { size, latents } = options.recipe;
  const pictures = await picturesOf(options, latents.seed);
  const pools: LatentPool[] = [];
  for (let file = 0; file < latents.files; file++) {
    pools.push(
      await latentPool({
        path: join(folder, `${String(file).padStart(3, '0')}.safetensors`),
        count: latents.each,
        batch: poolBatch,
        codec: () => batchCodec(vae, [poolBatch, 3, size.height, size.width]),
        pictures: (first, count) => pictures.ofModel(firstOf(9) + file * latents.each + first, count),
      }),
    );
    options.onEvent?.(notice(`${file + 1} of ${latents.files} files of latents`));
  }
  return joinedPools(pools);
}

/** What trainings of text encoder and U-Net share. */
interface ModelParts {
  readonly pool: LatentPool;
  readonly tokenizer: ReturnType<typeof smallTokenizer>;
  readonly vae: TrainedVae;
  /** The model whose weights it begins with. */
  readonly before: BaseModel | undefined;
}

async function trainModel(
  { recipe, sampleEvery = 1000, saveEvery = 500, onEvent, signal }: RunRecipeOptions,
  { piece, ...training }: ModelTraining,
  folder: string,
  { pool, tokenizer, vae, before }: ModelParts,
): Promise<string> {
  const { latentChannels, unetWidths, textWidth, tokens, size } = recipe;
  const initial: ReadonlyMap<string, FloatTensor> | undefined =
    before && (await modelWeights(before, tokenizer.vocabulary, training.seed));
  return pretrainModel({
    onEvent,
    signal,
    ...size,
    folder,
    piece,
    settings: { ...pretrainDefaults, ...training, averageDecay: 0.999, saveEvery, sampleEvery },
    configs: smallModel({
      channels: latentChannels,
      tokens,
      vocabulary: tokenizer.vocabulary.size,
      widths: unetWidths,
      textWidth,
    }),
    vae,
    tokenizer,
    batches: { captionDropout: 0.1, timesteps: 'logit-normal', timestepsAround },
    source: (index, count) => drawFromPool(pool, vae.config.scaling_factor, training.seed, index, count),
    sourceName,
    sheet: {
      prompts: [
        'a panda on the beach',
        'an elephant in the snow',
        'a rocket in the night sky',
        'a car in the desert',
        'a red 3d house on a white ground',
      ],
      columns: 8,
      guidance: 3,
    },
    dtype: 'float16',
    initial,
  });
}
