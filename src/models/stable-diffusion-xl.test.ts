import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { randomStream } from '../diffusion/random.ts';
import { CheckpointError } from '../errors.ts';
import { type FloatTensor, floats, sizeOf } from '../graph/host-tensor.ts';
import { input } from '../graph/tensor.ts';
import { type Weights, weightsTakenBy } from '../graph/weights.ts';
import { ReferenceLayers, type Rows } from '../testing/reference-layers.ts';
import { testFolder } from '../testing/test-folder.ts';
import { partOf, type TinyXlWeights, tinyXlConfigs, writeTinyXl } from '../testing/tiny-xl.ts';
import { referenceText, referenceUNet } from '../testing/xl-reference.ts';
import { type BaseModel, openBaseModel } from './base-model.ts';
import {
  addedWidths,
  projectedTextEncoderConfigSchema,
  textEncoderConfigSchema,
  unetConfigSchema,
  vaeConfigSchema,
} from './configs.ts';
import { encodePrompts, imagePredictor } from './programs.ts';
import { textEncoder } from './text-encoder.ts';
import { projectedText } from './text-states.ts';
import { addedConditions } from './time-embedding.ts';
import { unet } from './unet.ts';
import { decode, encode } from './vae.ts';

const at = await testFolder();
const folder = at('tiny-xl');
let base: BaseModel;
let weights: TinyXlWeights;
beforeAll(async () => {
  weights = await writeTinyXl(folder);
  base = await openBaseModel(folder);
});

/** Largest difference, as a share of the largest expected value. */
function difference(found: Float32Array, expected: readonly number[]): number {
  expect(found).toHaveLength(expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(largest).toBeGreaterThan(0.1);
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0) / largest;
}

describe('text', () => {
  const layersOf = (part: 'text_encoder' | 'text_encoder_2') => new ReferenceLayers(partOf(weights, part));

  /** The two encoders and the projection by hand. */
  function byHand(prompt: string): { states: Rows; pooled: readonly number[] } {
    const end = 683;
    const words = base.tokenizer.encodeUntruncated(prompt);
    const padded = (by: number) => [...words, ...Array<number>(77 - words.length).fill(by)];
    const first = referenceText(layersOf('text_encoder'), tinyXlConfigs.text_encoder, padded(end));
    const second = referenceText(layersOf('text_encoder_2'), tinyXlConfigs.text_encoder_2, padded(0));
    const [pooled] = layersOf('text_encoder_2').linear('text_projection', [second.last[words.length - 1]!]);
    return {
      states: first.penultimate.map((row, i) => [...row, ...second.penultimate[i]!]),
      pooled: pooled!,
    };
  }

  test.each(['fast', 'low'] as const)(
    'is the states before the last layer of both encoders, and the projected end of the second (memory: %s)',
    async (memory) => {
      const prompts = ['a horse runs', 'a waterfall in the snow, style'];
      const { pooled, ...states } = await encodePrompts(base, prompts, { memory });
      expect(states.shape).toEqual([2, 77, 28]);
      expect(pooled!.shape).toEqual([2, 10]);
      const expected = prompts.map(byHand);
      expect(difference(states.data, expected.flatMap((each) => each.states).flat())).toBeLessThan(1e-5);
      expect(
        difference(
          pooled!.data,
          expected.flatMap((each) => each.pooled),
        ),
      ).toBeLessThan(1e-5);
    },
  );

  test('fills up with the end token for the first encoder, with "!" for the second', () => {
    expect(base.tokenizer.encode('a').slice(3)).toEqual(Array(74).fill(683));
    expect(base.second!.tokenizer.encode('a').slice(3)).toEqual(Array(74).fill(0));
  });

  test('is zeros for an empty prompt where the model says so', async () => {
    const { pooled, ...states } = await encodePrompts(base, ['', 'a horse']);
    expect([...states.data.subarray(0, 77 * 28), ...pooled!.data.subarray(0, 10)].every((x) => x === 0)).toBe(
      true,
    );
    expect(states.data.subarray(77 * 28).some((x) => x === 0)).toBe(false);
    const other = at('encoded');
    await writeTinyXl(other, { index: { force_zeros_for_empty_prompt: false } });
    const encoded = await encodePrompts(await openBaseModel(other), ['']);
    const expected = byHand('');
    expect(difference(encoded.data, expected.states.flat())).toBeLessThan(1e-5);
    expect(difference(encoded.pooled!.data, expected.pooled)).toBeLessThan(1e-5);
  });
});

describe('the U-Net', () => {
  const [height, width] = [8, 12];
  const picture = { height: 2 * height, width: 2 * width };
  const values = (name: string, shape: number[]) =>
    floats(randomStream(3, name).normals(sizeOf(shape)), shape);
  const latents = values('latents', [2, 4, height, width]);
  const context = { ...values('context', [2, 5, 28]), pooled: values('pooled', [2, 10]) };
  const timesteps = [7, 350];

  test.each(['fast', 'low'] as const)(
    'is told timestep, text, pooled text and sizes, and computes what the formulas say (memory: %s)',
    async (memory) => {
      const predictor = await imagePredictor(base.unet, [2, 4, height, width], 5, { picture, memory });
      const found = await predictor.predict(latents, timesteps, context);
      await predictor.dispose();
      const layers = new ReferenceLayers(partOf(weights, 'unet'));
      const expected = timesteps.map((timestep, i) =>
        referenceUNet(layers, tinyXlConfigs.unet, {
          latents: { height, width, rows: transposed(rowsOf(latents, i, 4)) },
          timestep,
          context: rowsOf(context, i, 5),
          pooled: rowsOf(context.pooled, i, 1)[0]!,
          sizes: [picture.height, picture.width, 0, 0, picture.height, picture.width],
        }),
      );
      expect(
        difference(
          found.data,
          expected.flatMap((rows) => transposed(rows).flat()),
        ),
      ).toBeLessThan(1e-4);
    },
  );

  test('needs the size and the pooled text', async () => {
    await expect(imagePredictor(base.unet, [2, 4, 8, 8], 5)).rejects.toThrow(/takes the size of the picture/);
    const { pooled, ...states } = context;
    const predictor = await imagePredictor(base.unet, [2, 4, height, width], 5, { picture });
    await expect(predictor.predict(latents, timesteps, states)).rejects.toThrow(/takes \[b, 10\]/);
    await predictor.dispose();
    expect(addedConditions(base.unet.config, pooled, picture).shape).toEqual([2, 46]);
  });
});

describe('parts that do not belong together are reported', () => {
  test.each([
    ['the refiner', { index: { requires_aesthetics_score: true } }, /is Stable Diffusion XL's refiner/],
    [
      'five sizes',
      { unet: { projection_class_embeddings_input_dim: 40 } },
      /expected 46, for a pooled text and six sizes/,
    ],
    [
      'another text',
      { unet: { cross_attention_dim: 12 } },
      /attends to text states of width 12; expected 28, as its text encoder makes/,
    ],
    [
      'no width of sinusoids',
      { unet: { addition_time_embed_dim: null } },
      /"addition_time_embed_dim" is null; expected a number, which addition_embed_type needs/,
    ],
  ])('%s', async (name, changes, message) => {
    await writeTinyXl(at(name), changes);
    await expect(openBaseModel(at(name))).rejects.toThrow(CheckpointError);
    await expect(openBaseModel(at(name))).rejects.toThrow(message);
  });

  test('a folder without the second encoder', async () => {
    const other = at('one encoder');
    await writeTinyXl(other);
    await writeFile(`${other}/text_encoder_2/config.json`, '{}');
    await expect(openBaseModel(other)).rejects.toThrow(/text_encoder_2\/config\.json", is not as expected/);
    expect(JSON.parse(await readFile(`${other}/unet/config.json`, 'utf8'))).toMatchObject({
      sample_size: 16,
    });
  });
});

/** The published settings of Stable Diffusion XL base 1.0 (fields that change nothing left out). */
describe('Stable Diffusion XL base 1.0', () => {
  const config = unetConfigSchema.parse({
    act_fn: 'silu',
    addition_embed_type: 'text_time',
    addition_embed_type_num_heads: 64,
    addition_time_embed_dim: 256,
    attention_head_dim: [5, 10, 20],
    block_out_channels: [320, 640, 1280],
    center_input_sample: false,
    class_embed_type: null,
    cross_attention_dim: 2048,
    down_block_types: ['DownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D'],
    downsample_padding: 1,
    flip_sin_to_cos: true,
    freq_shift: 0,
    in_channels: 4,
    layers_per_block: 2,
    mid_block_scale_factor: 1,
    mid_block_type: 'UNetMidBlock2DCrossAttn',
    norm_eps: 1e-5,
    norm_num_groups: 32,
    num_attention_heads: null,
    out_channels: 4,
    projection_class_embeddings_input_dim: 2816,
    sample_size: 128,
    time_embedding_type: 'positional',
    transformer_layers_per_block: [1, 2, 10],
    up_block_types: ['CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'UpBlock2D'],
    upcast_attention: null,
    use_linear_projection: true,
  });
  const clip = { layer_norm_eps: 1e-5, max_position_embeddings: 77, vocab_size: 49408 };
  const first = textEncoderConfigSchema.parse({
    ...clip,
    hidden_size: 768,
    intermediate_size: 3072,
    num_attention_heads: 12,
    num_hidden_layers: 12,
    hidden_act: 'quick_gelu',
  });
  const second = projectedTextEncoderConfigSchema.parse({
    ...clip,
    hidden_size: 1280,
    intermediate_size: 5120,
    num_attention_heads: 20,
    num_hidden_layers: 32,
    hidden_act: 'gelu',
    projection_dim: 1280,
    eos_token_id: 2,
  });
  const vae = vaeConfigSchema.parse({
    in_channels: 3,
    out_channels: 3,
    latent_channels: 4,
    block_out_channels: [128, 256, 512, 512],
    layers_per_block: 2,
    down_block_types: Array(4).fill('DownEncoderBlock2D'),
    up_block_types: Array(4).fill('UpDecoderBlock2D'),
    norm_num_groups: 32,
    force_upcast: true,
    scaling_factor: 0.13025,
  });
  const ids = input('ids', [1, 77], 'int64');
  const published: Record<string, [(w: Weights) => unknown, number, number, Record<string, number[]>]> = {
    unet: [
      (w) =>
        unet(w, config, {
          latents: input('latents', [1, 4, 128, 128]),
          sinusoids: input('sinusoids', [1, 320]),
          context: input('context', [1, 77, 2048]),
          added: input('added', [1, addedWidths(config)!.all]),
        }),
      2_567_463_684,
      1680,
      {
        'add_embedding.linear_1.weight': [1280, 2816],
        'add_embedding.linear_2.bias': [1280],
        'time_embedding.linear_1.weight': [1280, 320],
        'down_blocks.0.resnets.1.conv2.weight': [320, 320, 3, 3],
        'down_blocks.1.attentions.0.proj_in.weight': [640, 640],
        'down_blocks.1.attentions.0.transformer_blocks.1.attn1.to_q.weight': [640, 640],
        'down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight': [640, 2048],
        'down_blocks.2.attentions.1.transformer_blocks.9.ff.net.0.proj.weight': [10240, 1280],
        'mid_block.attentions.0.transformer_blocks.9.attn2.to_v.weight': [1280, 2048],
        'up_blocks.0.attentions.2.transformer_blocks.9.norm3.weight': [1280],
        'up_blocks.1.resnets.2.conv_shortcut.weight': [640, 960, 1, 1],
        'up_blocks.1.upsamplers.0.conv.weight': [640, 640, 3, 3],
        'up_blocks.2.resnets.2.conv1.weight': [320, 640, 3, 3],
      },
    ],
    vae: [
      (w) => [encode(w, vae, input('p', [1, 3, 64, 64])), decode(w, vae, input('l', [1, 4, 8, 8]))],
      83_653_863,
      248,
      { 'decoder.up_blocks.2.resnets.0.conv_shortcut.weight': [256, 512, 1, 1] },
    ],
    'text encoder': [
      (w) => textEncoder(w, first, ids),
      123_060_480,
      196,
      { 'text_model.encoder.layers.11.mlp.fc1.weight': [3072, 768] },
    ],
    'second text encoder': [
      (w) => projectedText(w, second, ids, input('ends', [1], 'int64')),
      694_659_840,
      517,
      {
        'text_projection.weight': [1280, 1280],
        'text_model.encoder.layers.31.self_attn.out_proj.bias': [1280],
        'text_model.embeddings.position_embedding.weight': [77, 1280],
      },
    ],
  };

  test.each(Object.entries(published))('%s: names, shapes and number of the weights', (_, expected) => {
    const [build, parameters, tensors, some] = expected;
    const taken = weightsTakenBy(build);
    expect(Object.fromEntries(Object.keys(some).map((name) => [name, taken.get(name)]))).toEqual(some);
    expect(taken.size).toBe(tensors);
    expect([...taken.values()].reduce((sum, shape) => sum + sizeOf(shape), 0)).toBe(parameters);
    expect(taken.has('down_blocks.0.attentions.0.norm.weight')).toBe(false);
  });
});

/** The rows of one sample: `count` of them. */
function rowsOf({ data }: FloatTensor, sample: number, count: number): number[][] {
  const size = data.length / 2;
  const width = size / count;
  return Array.from({ length: count }, (_, i) => [
    ...data.subarray(sample * size + i * width, sample * size + (i + 1) * width),
  ]);
}

function transposed(rows: Rows): number[][] {
  return rows[0]!.map((_, i) => rows.map((row) => row[i]!));
}
