/**
 * @file `npx tsx scripts/pretrain.ts [folder]`: trains the built-in base model of the little world: first the autoencoder,
 * then, on pictures that it has encoded once, text encoder and U-Net. Goes on where it was stopped; look at
 * `folder/vae/samples` and `folder/model/samples` meanwhile. The result is `folder/model/model`, a diffusers folder.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ProgressEvent } from '../src/events.ts';
import { floats } from '../src/graph/host-tensor.ts';
import { textEncoderConfigSchema, unetConfigSchema, vaeConfigSchema } from '../src/models/configs.ts';
import { drawFromPool, latentPool } from '../src/pipelines/latent-pool.ts';
import { pretrainModel } from '../src/pipelines/pretrain-model.ts';
import { batchCodec, pretrainVae } from '../src/pipelines/pretrain-vae.ts';
import { pretrainDefaults } from '../src/training/pretrain/settings.ts';
import { smallTokenizer } from '../src/training/pretrain/small-tokenizer.ts';
import { worldBatch } from '../src/world/batch.ts';
import { loadThings } from '../src/world/thing.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'vae-steps': { type: 'string', default: '20000' },
    'vae-batch': { type: 'string', default: '8' },
    pool: { type: 'string', default: '50048' },
    steps: { type: 'string', default: '40000' },
    batch: { type: 'string', default: '64' },
    'sample-every': { type: 'string', default: '1000' },
    seed: { type: 'string', default: '0' },
  },
});
const folder = positionals[0] ?? 'runs/built-in';
const seed = Number(values.seed);
const [width, height, channels, tokens] = [128, 128, 12, 20];
const rhythm = { seed, saveEvery: 500, sampleEvery: Number(values['sample-every']) };

const things = await loadThings();
const picturesAt = (first: number, count: number) => {
  const { pixels, captions } = worldBatch({ things }, seed, first, count);
  return { pictures: floats(pixels, [count, 3, height, width]), captions };
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

console.log('the autoencoder');
const vaeBatch = Number(values['vae-batch']);
const vae = await pretrainVae({
  onEvent,
  folder: join(folder, 'vae'),
  settings: { ...pretrainDefaults, ...rhythm, steps: Number(values['vae-steps']), batch: vaeBatch },
  config: vaeConfigSchema.parse({
    in_channels: 3,
    out_channels: 3,
    latent_channels: channels,
    block_out_channels: [16, 32, 48, 64, 96],
    layers_per_block: 1,
    norm_num_groups: 8,
    down_block_types: Array(5).fill('DownEncoderBlock2D'),
    up_block_types: Array(5).fill('UpDecoderBlock2D'),
  }),
  width,
  height,
  source: (index, size) => picturesAt(index * size, size).pictures,
  sourceName: 'little world 1',
});

console.log('the latents');
const pool = await latentPool({
  path: join(folder, 'latents.safetensors'),
  count: Number(values.pool),
  batch: 32,
  codec: () => batchCodec(vae, [32, 3, height, width]),
  pictures: picturesAt,
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
    averageDecay: 0.999,
  },
  configs: {
    unet: unetConfigSchema.parse({
      in_channels: channels,
      out_channels: channels,
      sample_size: 8,
      block_out_channels: [56, 112],
      layers_per_block: 1,
      down_block_types: ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D'],
      up_block_types: ['CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
      attention_head_dim: 4,
      cross_attention_dim: 96,
      norm_num_groups: 8,
    }),
    textEncoder: textEncoderConfigSchema.parse({
      hidden_size: 96,
      intermediate_size: 384,
      num_attention_heads: 4,
      num_hidden_layers: 2,
      max_position_embeddings: tokens,
      vocab_size: tokenizer.vocabulary.size,
    }),
  },
  vae,
  tokenizer,
  width,
  height,
  batches: { captionDropout: 0.1, timesteps: 'uniform', weighting: 'none' },
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
});
