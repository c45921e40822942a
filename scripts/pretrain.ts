/**
 * @file `npx tsx scripts/pretrain.ts [folder]`: trains the built-in base model of the little world: first the autoencoder,
 * then its decoder alone for longer, then, on pictures that were encoded once, text encoder and U-Net. Goes on where it was
 * stopped; look at `samples` in the folder's folders meanwhile. The result is `folder/model/model`, a diffusers folder.
 *
 * - `--from <base>`: the networks begin with the weights of that base; `--keep-autoencoder` leaves its encoder as it is.
 * - `--schedule cosine --learning-rate 5e-4 --from <base> --keep-autoencoder`: the end of a training, with a falling rate.
 * - `--still`: the autoencoder does not learn that moved latents are those of moved pictures.
 * - `--more-share 0.4`: so many pictures of things show one of `assets/pretraining`.
 * - `--group-share 0.35`: so many pictures of the U-Net's show two or three things of a kind.
 * - `--only vae`, `--only decoder`, `--only model`: one stage alone. The last two, with `--from` and `--keep-autoencoder`, can run
 *   side by side, each with `LAMP_THREADS=1`; at the end the same command without `--only` puts the model together.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { WeightFile } from '../src/checkpoints/weight-file.ts';
import { randomStream } from '../src/diffusion/random.ts';
import type { ProgressEvent } from '../src/events.ts';
import { type FloatTensor, floats } from '../src/graph/host-tensor.ts';
import { type BaseModel, openBaseModel } from '../src/models/base-model.ts';
import { vaeConfigSchema } from '../src/models/configs.ts';
import { drawFromPool, latentPool } from '../src/pipelines/latent-pool.ts';
import { pretrainModel } from '../src/pipelines/pretrain-model.ts';
import { batchCodec, pretrainVae } from '../src/pipelines/pretrain-vae.ts';
import { tuneDecoder } from '../src/pipelines/tune-decoder.ts';
import { pretrainDefaults } from '../src/training/pretrain/settings.ts';
import { smallTokenizer } from '../src/training/pretrain/small-tokenizer.ts';
import { worldBatch } from '../src/world/batch.ts';
import { loadShapes } from '../src/world/shape.ts';
import { loadThings, type Thing } from '../src/world/thing.ts';
import { loadMoreThings } from './more-things.ts';
import { smallModel } from './small-model.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'vae-steps': { type: 'string', default: '3200' },
    'vae-batch': { type: 'string', default: '8' },
    'vae-learning-rate': { type: 'string', default: '1.5e-3' },
    still: { type: 'boolean', default: false },
    pool: { type: 'string', default: '50048' },
    steps: { type: 'string', default: '40000' },
    batch: { type: 'string', default: '32' },
    'sample-every': { type: 'string', default: '1000' },
    seed: { type: 'string', default: '0' },
    from: { type: 'string' },
    'keep-autoencoder': { type: 'boolean', default: false },
    'decoder-steps': { type: 'string', default: '3000' },
    only: { type: 'string' },
    'learning-rate': { type: 'string', default: '1e-3' },
    schedule: { type: 'string', default: 'constant' },
    timesteps: { type: 'string', default: 'logit-normal' },
    'group-share': { type: 'string', default: '0' },
    'more-share': { type: 'string', default: '0' },
  },
});
const folder = positionals[0] ?? 'runs/built-in';
const seed = Number(values.seed);
const [width, height, channels, tokens] = [64, 64, 4, 20];
const size = { width, height };
const rhythm = { seed, saveEvery: 500, sampleEvery: Number(values['sample-every']) };

const things = await loadThings();
const shapes = await loadShapes(size);
const picturesOf = (some: readonly Thing[], first: number, count: number, groupShare = 0) => {
  const source = { things: some, shapes, shapeShare: 0.15, options: { size, groupShare } };
  const { pixels, captions } = worldBatch(source, seed, first, count);
  return { pictures: floats(pixels, [count, 3, height, width]), captions };
};
const core = things.filter((each) => each.core);
const moreShare = Number(values['more-share']);
const more = moreShare > 0 ? await loadMoreThings() : [];
/** Things to be drawn from, each as often as another of its list, and those of `more` as often as was asked for. */
const withMore = (some: readonly Thing[]) => {
  if (more.length === 0) return some;
  const repeats = Math.round(((1 / moreShare - 1) * more.length) / some.length);
  return [...Array<readonly Thing[]>(repeats).fill(some).flat(), ...more];
};
const ofAutoencoder = withMore(things);
const ofModel = withMore(core);

/** So many pictures of a new autoencoder keep their colours: changed ones from the start make it slow to begin. */
const PLAIN_FIRST = values.from === undefined ? 12_000 : 0;
/** The number of the first picture that the decoder alone is trained on. */
const DECODER_FIRST = 1_000_000;

/** The autoencoder is to know more colours than the world has: later on they change places in a fifth of the pictures. */
const recoloured = (first: number, count: number) => {
  const { pictures } = picturesOf(ofAutoencoder, first, count);
  const plane = width * height;
  for (let i = 0; i < count; i++) {
    const random = randomStream(seed, 'colours', first + i);
    if (first + i < PLAIN_FIRST || random.uniform() < 0.8) continue;
    const picture = pictures.data.subarray(3 * plane * i, 3 * plane * (i + 1));
    const sign = random.uniform() < 0.3 ? -1 : 1;
    const planes = random.shuffle(3).map((c) => picture.slice(plane * c, plane * (c + 1)));
    for (const [c, values] of planes.entries()) {
      for (let at = 0; at < plane; at++) picture[plane * c + at] = sign * values[at]!;
    }
  }
  return pictures;
};
const began = performance.now();
let [sum, count] = [0, 0];
const onEvent = (event: ProgressEvent) => {
  if (event.type === 'notice') console.log(event.message);
  if (event.type === 'written') console.log(`wrote ${event.path}`);
  if (event.type !== 'step') return;
  sum += event.loss;
  count++;
  if (event.step % 100 !== 0 && event.step !== event.steps) return;
  const minutes = ((performance.now() - began) / 60_000).toFixed(1);
  const left = (event.secondsLeft / 3600).toFixed(2);
  const pace = `${(1000 * event.seconds).toFixed(0)} ms a step`;
  console.log(
    `${event.step}/${event.steps}: loss ${(sum / count).toFixed(4)}, ${pace}, ${minutes} min, ${left} h left`,
  );
  [sum, count] = [0, 0];
};

/** All weights of one network of a model, under the name of its part. */
const weightsOf = async (part: string, { weights }: { weights: WeightFile }) =>
  [...(await weights.file.readAll())].map(
    ([name, value]) => [`${part}:${name}`, value as FloatTensor] as const,
  );

/** Those of a text encoder, with rows for the words of another vocabulary: those it has, and small random ones. */
const textWeights = async ({ folder: base, textEncoder }: BaseModel) => {
  const all = await weightsOf('text_encoder', textEncoder);
  const known = new Map(
    Object.entries(JSON.parse(await readFile(join(base, 'tokenizer', 'vocab.json'), 'utf8'))),
  ) as Map<string, number>;
  return all.map(([name, table]) => {
    if (!name.endsWith('token_embedding.weight')) return [name, table] as const;
    const width = table.shape[1]!;
    const { normals } = randomStream(seed, 'new words');
    const rows = [...tokenizer.vocabulary.keys()].map((token) => {
      const row = known.get(token);
      return row === undefined
        ? normals(width).map((value) => 0.02 * value)
        : table.data.subarray(row * width, (row + 1) * width);
    });
    return [name, floats(Float32Array.from(rows.flatMap((row) => [...row])), [rows.length, width])] as const;
  });
};

const from = values.from === undefined ? undefined : await openBaseModel(values.from);
const given = from && new Map(await weightsOf('vae', from.vae));
console.log('the autoencoder');
const vaeBatch = Number(values['vae-batch']);
const vaeTraining = {
  onEvent,
  width,
  height,
  source: (index: number, count: number) => recoloured(index * count, count),
  sourceName: 'little world 1',
  moving: !values.still,
};
const vaeSettings = {
  ...pretrainDefaults,
  ...rhythm,
  batch: vaeBatch,
  learningRate: Number(values['vae-learning-rate']),
};
const trainVae = () =>
  pretrainVae({
    ...vaeTraining,
    folder: join(folder, 'vae'),
    settings: { ...vaeSettings, steps: Number(values['vae-steps']) },
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
    initial: given,
  });
const encoding =
  from && values['keep-autoencoder'] ? { config: from.vae.config, weights: given! } : await trainVae();
const stage = values.only;
if (stage === 'vae') process.exit(0);
const vae =
  stage === 'model'
    ? encoding
    : await tuneDecoder({
        ...vaeTraining,
        folder: join(folder, 'decoder'),
        settings: { ...vaeSettings, steps: Number(values['decoder-steps']) },
        // Other pictures than those that the whole autoencoder was trained on; those to look at have numbers below zero.
        source: (index, count) => recoloured(index * count + (index < 0 ? 0 : DECODER_FIRST), count),
        vae: encoding,
      });
if (stage === 'decoder') process.exit(0);

console.log('the latents');
const pool = await latentPool({
  path: join(folder, 'latents.safetensors'),
  count: Number(values.pool),
  batch: 32,
  codec: () => batchCodec(encoding, [32, 3, height, width]),
  // The other things are never drawn: they show what becomes of a thing that the model has not seen.
  pictures: (first, count) => picturesOf(ofModel, first, count, Number(values['group-share'])),
  onProgress: (done) => void (done % 3200 === 0 && console.log(`${done} pictures encoded`)),
});

console.log('text encoder and U-Net');
const tokenizer = smallTokenizer([...new Set(pool.captions)].sort(), tokens);
await pretrainModel({
  onEvent,
  folder: join(folder, 'model'),
  settings: {
    ...pretrainDefaults,
    ...rhythm,
    steps: Number(values.steps),
    batch: Number(values.batch),
    learningRate: Number(values['learning-rate']),
    // At a constant rate the training can go on for as long as there is time; falling at the end, it gets better still.
    schedule: values.schedule === 'cosine' ? 'cosine' : 'constant',
    averageDecay: 0.999,
  },
  configs: smallModel({ channels, tokens, vocabulary: tokenizer.vocabulary.size }),
  vae,
  tokenizer,
  width,
  height,
  // With the noisiest timesteps, where little can be known, and the last ones, where little is left to do, rarer than others.
  batches:
    values.timesteps === 'uniform'
      ? { captionDropout: 0.1, timesteps: 'uniform', weighting: 'none' }
      : { captionDropout: 0.1, timesteps: 'logit-normal', timestepsAround: -0.4, weighting: 'none' },
  source: (index, size) => drawFromPool(pool, vae.config.scaling_factor, seed, index, size),
  sourceName: 'little world 1',
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
  initial: from && new Map([...(await textWeights(from)), ...(await weightsOf('unet', from.unet))]),
});
