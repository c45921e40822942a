import { writeFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { writeSafetensors } from '../checkpoints/safetensors.ts';
import type { WritableTensor } from '../checkpoints/writable-tensor.ts';
import { randomStream } from '../diffusion/random.ts';
import { floats } from '../graph/host-tensor.ts';
import { originalUNet, originalVae, originalXlText, type Tensors } from '../testing/original-model.ts';
import { testFolder } from '../testing/test-folder.ts';
import { partOf, type TinyXlWeights, tinyXlConfigs, writeTinyXl } from '../testing/tiny-xl.ts';
import { type BaseModel, openBaseModel } from './base-model.ts';
import { encodePrompts, imagePredictor, pictureDecoder } from './programs.ts';

const at = await testFolder();
const path = at('tiny-xl.safetensors');
let weights: TinyXlWeights;
let folder: BaseModel;
let whole: Tensors<WritableTensor>;

beforeAll(async () => {
  weights = await writeTinyXl(at('folder'));
  folder = await openBaseModel(at('folder'));
  whole = new Map([
    ...originalUNet(partOf(weights, 'unet'), tinyXlConfigs.unet.layers_per_block),
    ...originalVae(partOf(weights, 'vae'), 2),
    ...originalXlText(partOf(weights, 'text_encoder'), partOf(weights, 'text_encoder_2')),
  ]);
  await writeSafetensors(path, whole);
  const { attention_head_dim, norm_num_groups, addition_time_embed_dim } = tinyXlConfigs.unet;
  await writeFile(
    at('tiny-xl.lamp.json'),
    JSON.stringify({
      unet: { attention_head_dim, norm_num_groups, addition_time_embed_dim },
      vae: { norm_num_groups: 4 },
      text_encoder: { num_attention_heads: 2 },
      text_encoder_2: { num_attention_heads: 2 },
      tokenizer: 'folder/tokenizer',
      tokenizer_2: 'folder/tokenizer_2',
    }),
  );
});

/** What all networks put out. */
async function outputs(base: BaseModel) {
  const context = await encodePrompts(base, ['a horse runs', '']);
  const latents = floats(randomStream(1, 'latents').normals(2 * 4 * 8 * 8), [2, 4, 8, 8]);
  const picture = { width: 16, height: 16 };
  const predictor = await imagePredictor(base.unet, [2, 4, 8, 8], 77, { picture });
  const prediction = await predictor.predict(latents, [3, 700], context);
  await predictor.dispose();
  const decoder = await pictureDecoder(base.vae, picture);
  const decoded = await decoder.decode(floats(latents.data.slice(0, 256), [1, 4, 8, 8]));
  await decoder.dispose();
  return { context, prediction, decoded };
}

test('Stable Diffusion XL in one file computes what its folder does', async () => {
  const base = await openBaseModel(path, { onEvent: () => expect.fail('no notice expected') });
  expect(base.unet.config).toMatchObject({
    transformer_layers_per_block: [1, 2, 3],
    down_block_types: tinyXlConfigs.unet.down_block_types,
    projection_class_embeddings_input_dim: 46,
    sample_size: 128,
  });
  expect(base.vae.config.scaling_factor).toBe(0.13025);
  expect(base.second!.encoder.config).toEqual(folder.second!.encoder.config);
  expect(base.schedulerConfig).toMatchObject({ prediction_type: 'epsilon' });
  expect(await outputs(base)).toEqual(await outputs(folder));
});

test.each([
  ['refiner', 'conditioner.embedders.0.model.ln_final.weight', /is Stable Diffusion XL's refiner/],
  [
    'other',
    'something.weight',
    /takes more than text \(label_emb\), and it has no weights whose names begin with/,
  ],
])('without its first text encoder it is refused: %s', async (name, tensor, message) => {
  const some = [...whole].filter(([name]) => !name.startsWith('conditioner'));
  await writeSafetensors(at(`${name}.safetensors`), [...some, [tensor, floats(new Float32Array(1))]]);
  await expect(openBaseModel(at(`${name}.safetensors`))).rejects.toThrow(message);
});
