/**
 * @file `npx tsx lab/pretraining/main.ts [folder]`: trains the built-in base model of the little world: first the
 * autoencoder, then its decoder alone for longer, then text encoder and U-Net on pictures that are encoded once.
 * Resumes where it was stopped; sample pictures are in the `samples` folders of its stages. The result is
 * `folder/model/model`, a diffusers folder.
 *
 * - `--from <base>`: initial weights of the networks; `--keep-autoencoder` keeps its encoder unchanged.
 * - `--schedule cosine --learning-rate 5e-4 --from <base> --keep-autoencoder`: the end of a training, with a
 *   falling learning rate.
 * - `--still`: the autoencoder is not trained to be equivariant to transformations.
 * - `--more-share 0.4`: fraction of the pictures of things that show one of `lab/assets/pretraining`.
 * - `--group-share 0.35`: fraction of the U-Net's pictures that show two or three things of a kind.
 * - `--only vae`, `--only decoder`, `--only model`: one stage alone. The last two, with `--from` and
 *   `--keep-autoencoder`, can run in parallel, each with `LAMP_THREADS=1`; the same command without `--only`
 *   then assembles the model.
 */
import { join } from 'node:path';
import { interruptible } from '../../src/cli/interruptible.ts';
import { LampError } from '../../src/errors.ts';
import type { WorkOptions } from '../../src/events.ts';
import { type BaseModel, openBaseModel } from '../../src/models/base-model.ts';
import { vaeConfigSchema } from '../../src/models/configs.ts';
import { modelWeights, weightsOf } from './command/initial-weights.ts';
import { type TrainingPictures, trainingPictures } from './command/pictures.ts';
import { POOL_BATCH, type PretrainOptions, pretrainOptions } from './command/pretraining-options.ts';
import { drawFromPool, latentPool } from './latent-pool.ts';
import { logProgress } from './log-progress.ts';
import { pretrainModel } from './pretrain-model.ts';
import { batchCodec, pretrainVae, type TrainedVae } from './pretrain-vae.ts';
import { pretrainDefaults } from './pretraining-settings.ts';
import { smallModel } from './small-model.ts';
import { smallTokenizer } from './small-tokenizer.ts';
import { tuneDecoder } from './tune-decoder.ts';

const size = { width: 64, height: 64 };
const [channels, tokens] = [4, 20];
const sourceName = 'little world 1';
/** Number of pictures with unchanged colours at the start of a new autoencoder's training, which speed it up. */
const PLAIN_FIRST = 12_000;
/** Index of the first picture on which the decoder alone is trained. */
const DECODER_FIRST = 1_000_000;

/** Inputs of every stage. */
interface Stage {
  readonly options: PretrainOptions;
  readonly pictures: TrainingPictures;
  /** The model with the initial weights. */
  readonly from: BaseModel | undefined;
  readonly work: WorkOptions;
}

async function pretrainAll(options: PretrainOptions, work: WorkOptions): Promise<void> {
  const from = options.from === undefined ? undefined : await openBaseModel(options.from);
  const pictures = await trainingPictures({
    size,
    seed: options.seed,
    moreShare: options['more-share'],
    groupShare: options['group-share'],
    plainFirst: from ? 0 : PLAIN_FIRST,
  });
  const stage = { options, pictures, from, work };
  console.log('the autoencoder');
  const encoding = await autoencoder(stage);
  if (options.only === 'vae') return;
  const vae = options.only === 'model' ? encoding : await decoder(stage, encoding);
  if (options.only === 'decoder') return;
  await model(stage, encoding, vae);
}

/** The given autoencoder if it is to be kept, else a trained one. */
async function autoencoder(stage: Stage): Promise<TrainedVae> {
  const { options, pictures, from } = stage;
  const weights = from && new Map(await weightsOf('vae', from.vae));
  if (from && weights && options['keep-autoencoder']) return { config: from.vae.config, weights };
  return pretrainVae({
    ...ofAutoencoder(stage),
    folder: join(options.folder, 'vae'),
    settings: autoencoderSettings(options, options['vae-steps']),
    source: (index, count) => pictures.ofAutoencoder(index * count, count),
    config: vaeConfigSchema.parse({
      in_channels: 3,
      out_channels: 3,
      latent_channels: channels,
      block_out_channels: [12, 32, 64],
      layers_per_block: 1,
      norm_num_groups: 2,
      down_block_types: Array(3).fill('DownEncoderBlock2D'),
      up_block_types: Array(3).fill('UpDecoderBlock2D'),
    }),
    initial: weights,
  });
}

/** The autoencoder with its decoder trained for longer. */
function decoder(stage: Stage, vae: TrainedVae): Promise<TrainedVae> {
  const { options, pictures } = stage;
  return tuneDecoder({
    ...ofAutoencoder(stage),
    folder: join(options.folder, 'decoder'),
    settings: autoencoderSettings(options, options['decoder-steps']),
    // Other pictures than those on which the whole autoencoder was trained; those of sheets have negative indices.
    source: (index, count) => pictures.ofAutoencoder(index * count + (index < 0 ? 0 : DECODER_FIRST), count),
    vae,
  });
}

/** Text encoder and U-Net, on latents of `encoding`; the model's autoencoder is `vae`. */
async function model({ options, pictures, from, work }: Stage, encoding: TrainedVae, vae: TrainedVae) {
  console.log('the latents');
  const pool = await latentPool({
    path: join(options.folder, 'latents.safetensors'),
    count: options.pool,
    batch: POOL_BATCH,
    codec: () => batchCodec(encoding, [POOL_BATCH, 3, size.height, size.width]),
    pictures: pictures.ofModel,
    onProgress: (done) => void (done % 3200 === 0 && console.log(`${done} pictures encoded`)),
  });
  console.log('text encoder and U-Net');
  const tokenizer = smallTokenizer([...new Set(pool.captions)].sort(), tokens);
  await pretrainModel({
    ...work,
    ...size,
    folder: join(options.folder, 'model'),
    settings: {
      ...pretrainDefaults,
      ...rhythm(options),
      steps: options.steps,
      batch: options.batch,
      learningRate: options['learning-rate'],
      schedule: options.schedule,
      averageDecay: 0.999,
    },
    configs: smallModel({ channels, tokens, vocabulary: tokenizer.vocabulary.size }),
    vae,
    tokenizer,
    // The noisiest timesteps, where little can be known, and the last ones, where little is left to do, are drawn less
    // often.
    batches:
      options.timesteps === 'uniform'
        ? { captionDropout: 0.1, timesteps: 'uniform' }
        : { captionDropout: 0.1, timesteps: 'logit-normal', timestepsAround: -0.4 },
    source: (index, count) => drawFromPool(pool, vae.config.scaling_factor, options.seed, index, count),
    sourceName,
    sheet: {
      prompts: [
        'a panda on the beach',
        'an elephant in the snow',
        'a rocket in the night sky',
        'a car in the desert',
      ],
      columns: 8,
      guidance: 3,
    },
    dtype: 'float16',
    initial: from && (await modelWeights(from, tokenizer.vocabulary, options.seed)),
  });
}

function ofAutoencoder({ options, work }: Stage) {
  return { ...work, ...size, sourceName, moving: !options.still };
}

function autoencoderSettings(options: PretrainOptions, steps: number) {
  return {
    ...pretrainDefaults,
    ...rhythm(options),
    steps,
    batch: options['vae-batch'],
    learningRate: options['vae-learning-rate'],
  };
}

function rhythm({ seed, 'sample-every': sampleEvery }: PretrainOptions) {
  return { seed, saveEvery: 500, sampleEvery };
}

try {
  const options = pretrainOptions(process.argv.slice(2));
  await interruptible((signal) => pretrainAll(options, { onEvent: logProgress(), signal }));
} catch (error) {
  if (!(error instanceof LampError)) throw error;
  console.error(`pretrain: ${error.message}`);
  process.exitCode = error.exitCode;
}
