import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeSafetensors } from '../checkpoints/safetensors.ts';
import { writeTorchFile } from '../checkpoints/torch-write.ts';
import type { WritableTensor } from '../checkpoints/writable-tensor.ts';
import { noiseSchedule } from '../diffusion/noise-schedule.ts';
import { randomStream } from '../diffusion/random.ts';
import { CheckpointError } from '../errors.ts';
import { type FloatTensor, floats, type HostTensor, type Shape, sizeOf } from '../graph/host-tensor.ts';
import { input } from '../graph/tensor.ts';
import { type Weights, weightsTakenBy } from '../graph/weights.ts';
import {
  originalClip,
  originalOpenClip,
  originalUNet,
  originalVae,
  type Tensors,
} from '../testing/original-model.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { type BaseModel, openBaseModel } from './base-model.ts';
import { textEncoderConfigSchema, unetConfigSchema, vaeConfigSchema } from './configs.ts';
import { encodePrompts, imagePredictor, pictureDecoder, pictureEncoder } from './programs.ts';
import { textEncoder } from './text-encoder.ts';
import { timestepWidth } from './time-embedding.ts';
import { unet } from './unet.ts';
import { decode, encode } from './vae.ts';

const inFolder = await testFolder();
const random = randomStream(5, 'single file');
const normal = (shape: Shape) => floats(random.normals(sizeOf(shape)), shape);

/** What all networks of a model put out: the same for two models only if all their weights and settings are. */
async function outputs({ unet, vae, ...text }: BaseModel): Promise<FloatTensor[]> {
  const context = await encodePrompts(text, ['a horse runs, 3 times!', '']);
  const latents = floats(randomStream(1, 'latents').normals(2 * 4 * 8 * 8), [2, 4, 8, 8]);
  const predictor = await imagePredictor(unet, [2, 4, 8, 8], context.shape[1]!);
  const prediction = await predictor.predict(latents, [3, 700], context);
  await predictor.dispose();
  const size = { width: 32, height: 32 };
  const encoder = await pictureEncoder(vae, size);
  const { mean, deviation } = await encoder.encode(
    floats(randomStream(2, 'p').normals(3 * 1024), [1, 3, 32, 32]),
  );
  await encoder.dispose();
  const decoder = await pictureDecoder(vae, size);
  const picture = await decoder.decode(mean);
  await decoder.dispose();
  return [context, prediction, mean, deviation, picture];
}

const readAll = async ({ unet, vae, textEncoder }: BaseModel) =>
  Object.fromEntries(
    await Promise.all(
      Object.entries({ unet, vae, textEncoder }).map(
        async ([part, { weights }]) => [part, await weights.file.readAll()] as const,
      ),
    ),
  ) as Record<'unet' | 'vae' | 'textEncoder', Map<string, HostTensor>>;

/** The same names, shapes and values. (`toEqual` looks at every number by itself, which takes long.) */
function expectSame(found: Tensors, expected: Tensors): void {
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, { shape, data }] of expected) {
    const other = found.get(name)!;
    const bytes = (of: HostTensor['data']) => Buffer.from(of.buffer, of.byteOffset, of.byteLength);
    expect([name, other.shape, bytes(other.data).equals(bytes(data))]).toEqual([name, shape, true]);
  }
}

/** Newer names of the autoencoder's attention, which the small test model has under its older ones. */
const newer = (tensors: Tensors): Tensors => {
  const names: Record<string, string> = { query: 'to_q', key: 'to_k', value: 'to_v', proj_attn: 'to_out.0' };
  return new Map(
    [...tensors].map(([name, tensor]) => [
      name.replace(/\.(query|key|value|proj_attn)\./, (_, part: string) => `.${names[part]}.`),
      tensor,
    ]),
  );
};

describe('a Stable Diffusion 1.x model in one file', () => {
  let folder: BaseModel;
  let whole: Tensors;
  const beside = {
    unet: { attention_head_dim: 2, norm_num_groups: 4 },
    vae: { norm_num_groups: 4 },
    text_encoder: { num_attention_heads: 2 },
    tokenizer: testdata('mini/tiny-sd/tokenizer'),
  };
  beforeAll(async () => {
    folder = await openBaseModel(testdata('mini/tiny-sd'));
    const parts = await readAll(folder);
    whole = new Map([
      ...originalUNet(parts.unet, 1),
      ...originalVae(parts.vae, 4),
      ...originalClip(parts.textEncoder),
      ['model_ema.decay', floats(Float32Array.of(1), [])],
    ]);
  });

  test.each(['safetensors', 'ckpt'])(
    '.%s: the same tensors, settings and outputs as the folder',
    async (ending) => {
      const path = inFolder(`tiny.v1.${ending}`);
      await (ending === 'ckpt' ? writeTorchFile(path, whole) : writeSafetensors(path, whole));
      await writeFile(inFolder('tiny.v1.lamp.json'), JSON.stringify(beside));
      const base = await openBaseModel(path);
      expect([base.name, base.folder]).toEqual(['tiny.v1', path]);
      const [found, expected] = [await readAll(base), await readAll(folder)];
      expectSame(found.unet, expected.unet);
      expectSame(found.vae, newer(expected.vae));
      expectSame(found.textEncoder, expected.textEncoder);
      const { sample_size: _, ...settings } = folder.unet.config;
      expect({ ...base.unet.config, act_fn: 'silu' }).toEqual(settings);
      expect({ ...base.vae.config, act_fn: 'silu' }).toEqual(folder.vae.config);
      expect(base.textEncoder.config).toEqual(folder.textEncoder.config);
      const scheduler = JSON.parse(await readFile(folder.schedulerConfig as string, 'utf8')) as unknown;
      expect(noiseSchedule(base.schedulerConfig)).toEqual(noiseSchedule(scheduler));
      expect(await outputs(base)).toEqual(await outputs(folder));
    },
  );

  test('with averaged weights of its U-Net only: they are used, and a notice says so', async () => {
    const path = inFolder('ema.safetensors');
    // The training's own names for them: those of the plain weights without their dots.
    const averaged = [...whole].map(([name, tensor]): [string, HostTensor] => [
      name.startsWith('model.') ? `model_ema.${name.slice('model.'.length).replaceAll('.', '')}` : name,
      tensor,
    ]);
    await writeSafetensors(path, [...averaged, ['model_ema.num_updates', floats(Float32Array.of(9), [])]]);
    await writeFile(inFolder('ema.lamp.json'), JSON.stringify(beside));
    const notices: unknown[] = [];
    const base = await openBaseModel(path, { onEvent: (event) => notices.push(event) });
    expect(notices).toMatchObject([
      {
        type: 'notice',
        message:
          '"ema.safetensors" holds averaged (EMA) weights of its U-Net and no plain ones; they are used',
      },
    ]);
    const [found, expected] = [await readAll(base), await readAll(folder)];
    expectSame(found.unet, expected.unet);
    expect(await outputs(base)).toEqual(await outputs(folder));
  });

  test('with module. before every name, as a training on several devices saves it', async () => {
    const path = inFolder('wrapped.ckpt');
    await writeTorchFile(
      path,
      [...whole].map(([name, tensor]) => [`module.${name}`, tensor] as const),
    );
    await writeFile(inFolder('wrapped.lamp.json'), JSON.stringify(beside));
    const base = await openBaseModel(path);
    expectSame((await readAll(base)).unet, (await readAll(folder)).unet);
  });

  test('has 8 heads and epsilon unless a file beside it says otherwise', async () => {
    const path = inFolder('plain.safetensors');
    await writeSafetensors(path, whole);
    await writeFile(inFolder('plain.lamp.json'), JSON.stringify({ tokenizer: beside.tokenizer }));
    const base = await openBaseModel(path, { onEvent: () => expect.fail('no notice expected') });
    expect(base.unet.config).toMatchObject({
      attention_head_dim: 8,
      use_linear_projection: false,
      norm_num_groups: 32,
    });
    expect(base.textEncoder.config).toMatchObject({
      num_hidden_layers: 2,
      hidden_act: 'quick_gelu',
      vocab_size: 684,
    });
    expect(base.schedulerConfig).toMatchObject({ prediction_type: 'epsilon' });
  });

  describe('that is not one is refused', () => {
    const only = (start: string): Tensors => new Map([...whole].filter(([name]) => name.startsWith(start)));
    const tensor = floats(new Float32Array(1));
    test.each([
      [
        'without a text encoder',
        () => new Map([...only('model.'), ...only('first_stage')]),
        /begin with "cond_stage_model\.transformer\."/,
      ],
      [
        'without anything known',
        () => new Map([['x', tensor]]),
        /begin with "model\.diffusion_model\." or "first_stage_model\." or "cond/,
      ],
      [
        'Stable Diffusion XL',
        () => new Map([...only('model.'), ['conditioner.embedders.0.w', tensor]]),
        /is a Stable Diffusion XL model that is not complete/,
      ],
      [
        'with weights quantised by scales',
        () => new Map([...whole, ['scaled_fp8', tensor]]),
        /is a model whose weights are quantised with scales of their own, which are not read\. Give/,
      ],
      ['a LoRA', () => new Map([['lora_unet_down.weight', tensor]]), /it is a LoRA/],
      ['a U-Net alone', () => new Map([['down_blocks.0.x', tensor]]), /it is a U-Net alone/],
      [
        'with half a U-Net',
        () => new Map([...whole].filter(([name]) => !name.includes('middle_block'))),
        /tensor "mid_block\.attentions\.0\.proj_in\.weight" is missing/,
      ],
      [
        'with an unknown vocabulary',
        () => whole,
        /knows 684 tokens, and CLIP's tokenizer has 49408\. Name the folder of its own in ".*wrong\.lamp\.json"/,
      ],
    ] as const)('%s', async (_, tensors, message) => {
      const path = inFolder('wrong.safetensors');
      await writeSafetensors(path, tensors() as Tensors);
      await expect(openBaseModel(path)).rejects.toThrow(CheckpointError);
      await expect(openBaseModel(path)).rejects.toThrow(message);
    });
  });

  test('of a hundred thousand names is opened quickly', async () => {
    const path = inFolder('many.safetensors');
    const empty = floats(new Float32Array(0), [0]);
    const names = ['model.diffusion_model.input_blocks', 'first_stage_model.encoder.down'];
    const many = Array.from({ length: 50_000 }, (_, i) =>
      names.map((name) => [`${name}.${i}.0.x`, empty] as const),
    );
    await writeSafetensors(path, new Map([...whole, ...many.flat()]));
    await expect(openBaseModel(path)).rejects.toThrow(CheckpointError);
  });

  test('takes nothing strange from the file beside it', async () => {
    const path = inFolder('beside.safetensors');
    await writeSafetensors(path, whole);
    for (const [settings, message] of [
      [
        { unet: { attention_head_dim: 'many' } },
        /the U-Net of ".*", read off its weights, is not as expected: "attention_head_dim"/,
      ],
      [{ uent: {} }, /the settings beside the model, ".*beside\.lamp\.json", is not as expected.*uent/],
    ] as const) {
      await writeFile(inFolder('beside.lamp.json'), JSON.stringify(settings));
      await expect(openBaseModel(path)).rejects.toThrow(message);
    }
  });
});

describe('a Stable Diffusion 2.x model in one file', () => {
  const configs = {
    unet: unetConfigSchema.parse({
      in_channels: 4,
      out_channels: 4,
      block_out_channels: [64, 128],
      layers_per_block: 1,
      down_block_types: ['CrossAttnDownBlock2D', 'DownBlock2D'],
      up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D'],
      attention_head_dim: [1, 2],
      cross_attention_dim: 64,
      use_linear_projection: true,
    }),
    vae: vaeConfigSchema.parse({
      in_channels: 3,
      out_channels: 3,
      latent_channels: 4,
      block_out_channels: [32, 32],
      down_block_types: ['DownEncoderBlock2D', 'DownEncoderBlock2D'],
      up_block_types: ['UpDecoderBlock2D', 'UpDecoderBlock2D'],
    }),
    textEncoder: textEncoderConfigSchema.parse({
      hidden_size: 64,
      intermediate_size: 128,
      num_attention_heads: 1,
      num_hidden_layers: 2,
      vocab_size: 49_408,
      hidden_act: 'gelu',
    }),
  };
  const randomWeights = (build: (w: Weights) => unknown): Map<string, FloatTensor> =>
    new Map(
      [...weightsTakenBy(build)].map(([name, shape]) => [
        name,
        floats(
          normal(shape).data.map((x) => x / 8),
          shape,
        ),
      ]),
    );
  const tensors = {
    unet: randomWeights((w) =>
      unet(w, configs.unet, {
        latents: input('latents', [1, 4, 4, 4]),
        sinusoids: input('sinusoids', [1, timestepWidth(configs.unet)]),
        context: input('context', [1, 2, 64]),
      }),
    ),
    vae: randomWeights((w) => {
      encode(w, configs.vae, input('pictures', [1, 3, 8, 8]));
      decode(w, configs.vae, input('latents', [1, 4, 4, 4]));
    }),
    textEncoder: randomWeights((w) => textEncoder(w, configs.textEncoder, input('ids', [1, 3], 'int64'))),
  };
  const whole: Tensors<WritableTensor> = new Map([
    ...originalUNet(tensors.unet, 1),
    ...originalVae(tensors.vae, 2),
    ...originalOpenClip(tensors.textEncoder, 2),
  ]);

  test('the same tensors, settings and outputs as in three files', async () => {
    const path = inFolder('v2-1_768-tiny.safetensors');
    await writeSafetensors(path, whole);
    const notices: unknown[] = [];
    const base = await openBaseModel(path, { onEvent: (event) => notices.push(event) });
    const found = await readAll(base);
    expectSame(found.unet, tensors.unet);
    expectSame(found.vae, tensors.vae);
    expectSame(
      new Map([...found.textEncoder].filter(([name]) => tensors.textEncoder.has(name))),
      tensors.textEncoder,
    );
    expect(base.unet.config).toEqual(configs.unet);
    expect(base.vae.config).toEqual(configs.vae);
    expect(base.textEncoder.config).toEqual(configs.textEncoder);
    expect([base.tokenizer.padId, base.tokenizer.eosId]).toEqual([0, 49_407]);
    expect(notices).toMatchObject([
      {
        type: 'notice',
        message: expect.stringMatching(/"v2-1_768-tiny\.safetensors" is taken to predict v_prediction/),
      },
    ]);

    const parts = await Promise.all(
      Object.entries(tensors).map(async ([part, of]) => {
        await writeSafetensors(inFolder(`${part}.safetensors`), of);
        const { openWeightFile } = await import('../checkpoints/weight-file.ts');
        return [part, await openWeightFile(inFolder(`${part}.safetensors`))] as const;
      }),
    );
    const apart = Object.fromEntries(
      parts.map(([part, weights]) => [part, { weights, config: configs[part as keyof typeof configs] }]),
    );
    expect(await outputs(base)).toEqual(await outputs({ ...base, ...apart }));
  });

  test.each([
    ['v2-1_512-ema-pruned', undefined, 'epsilon', 1],
    ['512-base-ema', undefined, 'epsilon', 1],
    ['768-v-ema', undefined, 'v_prediction', 1],
    ['my-model', undefined, 'v_prediction', 1],
    ['mine', 'epsilon', 'epsilon', 0],
  ])('%s with %s beside it predicts %s', async (name, given, expected, count) => {
    const path = inFolder(`${name}.safetensors`);
    await writeSafetensors(path, whole);
    if (given)
      await writeFile(
        inFolder(`${name}.lamp.json`),
        JSON.stringify({ scheduler: { prediction_type: given } }),
      );
    const notices: unknown[] = [];
    const base = await openBaseModel(path, { onEvent: (event) => notices.push(event) });
    expect(noiseSchedule(base.schedulerConfig).predictionType).toBe(expected);
    expect(notices.length).toBe(count);
  });
});
