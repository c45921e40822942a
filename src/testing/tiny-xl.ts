/** @file A Stable Diffusion XL model of a few thousand numbers, with random weights, for tests. */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSafetensors } from '../checkpoints/safetensors.ts';
import { randomStream } from '../diffusion/random.ts';
import { type FloatTensor, floats, type Shape, sizeOf } from '../graph/host-tensor.ts';
import { input } from '../graph/tensor.ts';
import { type Weights, weightsTakenBy } from '../graph/weights.ts';
import {
  addedWidths,
  projectedTextEncoderConfigSchema,
  textEncoderConfigSchema,
  unetConfigSchema,
  vaeConfigSchema,
} from '../models/configs.ts';
import { textEncoder } from '../models/text-encoder.ts';
import { projectedText } from '../models/text-states.ts';
import { timestepWidth } from '../models/time-embedding.ts';
import { unet } from '../models/unet.ts';
import { decode, encode } from '../models/vae.ts';
import { testdata } from './testdata.ts';

const text = { num_attention_heads: 2, num_hidden_layers: 3, vocab_size: 684, layer_norm_eps: 1e-5 };

/**
 * Contents of the `config.json` files: XL's structure (three levels, the first without attention), everything else
 * small.
 */
export const tinyXlConfigs = {
  unet: {
    _class_name: 'UNet2DConditionModel',
    in_channels: 4,
    out_channels: 4,
    sample_size: 16,
    block_out_channels: [8, 16, 24],
    layers_per_block: 2,
    down_block_types: ['DownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D'],
    up_block_types: ['CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'UpBlock2D'],
    mid_block_type: 'UNetMidBlock2DCrossAttn',
    transformer_layers_per_block: [1, 2, 3],
    attention_head_dim: [1, 2, 3],
    cross_attention_dim: 12 + 16,
    use_linear_projection: true,
    norm_num_groups: 4,
    norm_eps: 1e-5,
    addition_embed_type: 'text_time',
    addition_time_embed_dim: 6,
    projection_class_embeddings_input_dim: 10 + 6 * 6,
  },
  vae: {
    _class_name: 'AutoencoderKL',
    in_channels: 3,
    out_channels: 3,
    latent_channels: 4,
    block_out_channels: [8, 8],
    layers_per_block: 1,
    down_block_types: ['DownEncoderBlock2D', 'DownEncoderBlock2D'],
    up_block_types: ['UpDecoderBlock2D', 'UpDecoderBlock2D'],
    norm_num_groups: 4,
    scaling_factor: 0.13025,
    force_upcast: true,
  },
  text_encoder: { ...text, hidden_size: 12, intermediate_size: 24, hidden_act: 'quick_gelu' },
  text_encoder_2: {
    ...text,
    hidden_size: 16,
    intermediate_size: 32,
    hidden_act: 'gelu',
    projection_dim: 10,
    eos_token_id: 2,
  },
} as const;

/** Weights of all networks by name, as `unet:conv_in.weight`. */
export type TinyXlWeights = ReadonlyMap<string, FloatTensor>;

/** Random weights with a fixed seed. */
function tinyXlWeights(): TinyXlWeights {
  const u = unetConfigSchema.parse(tinyXlConfigs.unet);
  const vae = vaeConfigSchema.parse(tinyXlConfigs.vae);
  const first = textEncoderConfigSchema.parse(tinyXlConfigs.text_encoder);
  const second = projectedTextEncoderConfigSchema.parse(tinyXlConfigs.text_encoder_2);
  const ids = input('ids', [1, 77], 'int64');
  const networks: Record<keyof typeof tinyXlConfigs, (w: Weights) => unknown> = {
    unet: (w) =>
      unet(w, u, {
        latents: input('latents', [1, 4, 16, 16]),
        sinusoids: input('sinusoids', [1, timestepWidth(u)]),
        context: input('context', [1, 77, u.cross_attention_dim]),
        added: input('added', [1, addedWidths(u)!.all]),
      }),
    vae: (w) => [
      encode(w, vae, input('picture', [1, 3, 8, 8])),
      decode(w, vae, input('latents', [1, 4, 4, 4])),
    ],
    text_encoder: (w) => textEncoder(w, first, ids),
    text_encoder_2: (w) => projectedText(w, second, ids, input('ends', [1], 'int64')),
  };
  return new Map(
    Object.entries(networks).flatMap(([part, build]) =>
      [...weightsTakenBy(build)].map(([name, shape]) => {
        const full = `${part}:${name}`;
        return [full, randomWeight(full, shape)] as const;
      }),
    ),
  );
}

/** Roughly an initialisation: gains around 1, biases around 0, matrices that preserve variances. */
function randomWeight(name: string, shape: Shape): FloatTensor {
  const random = randomStream(0, 'tiny xl', name).normals(sizeOf(shape));
  if (shape.length > 1) {
    const scale = 1 / Math.sqrt(sizeOf(shape.slice(1)));
    return floats(
      random.map((value) => scale * value),
      shape,
    );
  }
  const mean = name.endsWith('weight') ? 1 : 0;
  return floats(
    random.map((value) => mean + 0.1 * value),
    shape,
  );
}

/** The tensors of one network. */
export function partOf(weights: TinyXlWeights, part: keyof typeof tinyXlConfigs): Map<string, FloatTensor> {
  const start = `${part}:`;
  return new Map(
    [...weights].flatMap(([name, value]) =>
      name.startsWith(start) ? [[name.slice(start.length), value] as const] : [],
    ),
  );
}

/** Writes the model as a diffusers folder. `index` and `unet` override fields. */
export async function writeTinyXl(folder: string, { index = {}, unet = {} } = {}): Promise<TinyXlWeights> {
  const weights = tinyXlWeights();
  const json = (path: string, value: object) => writeFile(join(folder, path), JSON.stringify(value));
  for (const name of ['scheduler', 'tokenizer', 'tokenizer_2', ...Object.keys(tinyXlConfigs)]) {
    await mkdir(join(folder, name), { recursive: true });
  }
  for (const part of Object.keys(tinyXlConfigs) as (keyof typeof tinyXlConfigs)[]) {
    const file = part.startsWith('text') ? 'model' : 'diffusion_pytorch_model';
    await json(`${part}/config.json`, { ...tinyXlConfigs[part], ...(part === 'unet' && unet) });
    await writeSafetensors(join(folder, part, `${file}.safetensors`), partOf(weights, part));
  }
  const tokenizer = testdata('mini/tiny-sd/tokenizer');
  for (const file of ['vocab.json', 'merges.txt', 'special_tokens_map.json', 'tokenizer_config.json']) {
    await copyFile(join(tokenizer, file), join(folder, 'tokenizer', file));
    await copyFile(join(tokenizer, file), join(folder, 'tokenizer_2', file));
  }
  const special = await readFile(join(tokenizer, 'special_tokens_map.json'), 'utf8');
  await json('tokenizer_2/special_tokens_map.json', { ...JSON.parse(special), pad_token: '!' });
  await json('scheduler/scheduler_config.json', tinyXlScheduler);
  await json('model_index.json', {
    _class_name: 'StableDiffusionXLPipeline',
    force_zeros_for_empty_prompt: true,
    text_encoder_2: ['transformers', 'CLIPTextModelWithProjection'],
    ...index,
  });
  return weights;
}

/** The scheduler of Stable Diffusion XL base 1.0. */
const tinyXlScheduler = {
  _class_name: 'EulerDiscreteScheduler',
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  beta_start: 0.00085,
  clip_sample: false,
  interpolation_type: 'linear',
  num_train_timesteps: 1000,
  prediction_type: 'epsilon',
  sample_max_value: 1.0,
  set_alpha_to_one: false,
  skip_prk_steps: true,
  steps_offset: 1,
  timestep_spacing: 'leading',
  trained_betas: null,
  use_karras_sigmas: false,
};
