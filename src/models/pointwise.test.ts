import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { openSafetensors, writeSafetensors } from '../checkpoints/safetensors.ts';
import { writeTorchFile } from '../checkpoints/torch-write.ts';
import { randomStream } from '../diffusion/random.ts';
import { floats, type HostTensor } from '../graph/host-tensor.ts';
import { tinyBase } from '../testing/library-models.ts';
import { testFolder } from '../testing/test-folder.ts';
import { openBaseModel } from './base-model.ts';
import { imagePredictor, pictureDecoder, pictureEncoder } from './programs.ts';

const inFolder = await testFolder();
const vaeFile = 'vae/diffusion_pytorch_model.safetensors';
const unetFile = 'unet/diffusion_pytorch_model.safetensors';
const newer: Record<string, string> = { query: 'to_q', key: 'to_k', value: 'to_v', proj_attn: 'to_out.0' };
let expected: number[][];

/** What encoder, decoder and U-Net of a folder compute. */
async function outputs(folder: string): Promise<number[][]> {
  const { vae, unet } = await openBaseModel(folder);
  const size = { width: 16, height: 16 };
  const encoder = await pictureEncoder(vae, size);
  const pictures = floats(randomStream(1, 'p').normals(3 * 256), [1, 3, 16, 16]);
  const { mean, deviation } = await encoder.encode(pictures);
  const decoder = await pictureDecoder(vae, size);
  const picture = await decoder.decode(mean);
  const predictor = await imagePredictor(unet, [1, 4, 8, 8], 2);
  const latents = floats(randomStream(2, 'l').normals(256), [1, 4, 8, 8]);
  const width = unet.config.cross_attention_dim;
  const context = floats(randomStream(3, 'c').normals(2 * width), [1, 2, width]);
  const prediction = await predictor.predict(latents, [500], context);
  await Promise.all([encoder.dispose(), decoder.dispose(), predictor.dispose()]);
  return [mean, deviation, picture, prediction].map(({ data }) => [...data]);
}

async function copyOfBase(name: string): Promise<string> {
  await cp(tinyBase, inFolder(name), { recursive: true });
  return inFolder(name);
}

const read = async (file: string) => (await openSafetensors(`${tinyBase}/${file}`)).readAll();
const isAttention = (name: string) => /\.(query|key|value|proj_attn)\.weight$/.test(name);
const reshaped = (tensor: HostTensor, shape: readonly number[]) => ({ ...tensor, shape }) as HostTensor;

beforeAll(async () => {
  expected = await outputs(tinyBase);
});

describe('a VAE whose attention is 1×1 convolutions, in a folder, computes the same', () => {
  test.each([
    ['older names, safetensors', (name: string) => name, 'safetensors'],
    [
      'newer names, safetensors',
      (name: string) =>
        name.replace(/\.(query|key|value|proj_attn)\./, (_, part: string) => `.${newer[part]}.`),
      'safetensors',
    ],
    ['older names, PyTorch', (name: string) => name, 'bin'],
  ])('%s', async (name, rename, ending) => {
    const folder = await copyOfBase(name.replace(', ', '-'));
    const tensors = await read(vaeFile);
    const changed = new Map(
      [...tensors].map(([key, tensor]) => [
        rename(key),
        isAttention(key) ? reshaped(tensor, [...tensor.shape, 1, 1]) : tensor,
      ]),
    );
    expect(
      [...changed.values()].filter(({ shape }) => shape.length === 4 && shape[3] === 1).length,
    ).toBeGreaterThan(7);
    if (ending === 'bin') {
      await writeTorchFile(`${folder}/vae/diffusion_pytorch_model.bin`, changed);
      await rm(`${folder}/${vaeFile}`);
    } else await writeSafetensors(`${folder}/${vaeFile}`, changed);
    expect(await outputs(folder)).toEqual(expected);
  });
});

describe('a U-Net whose projections are of the other kind than its settings say', () => {
  const projection = (name: string) => /\.attentions\.\d\.proj_(in|out)\.weight$/.test(name);
  test.each([
    ['matrices where convolutions belong', (shape: readonly number[]) => shape.slice(0, 2), false],
    ['convolutions where matrices belong', (shape: readonly number[]) => [shape[0]!, shape[1]!, 1, 1], true],
  ])('%s', async (name, shapeOf, linear) => {
    const folder = await copyOfBase(name);
    const changed = new Map(
      [...(await read(unetFile))].map(([key, tensor]) => [
        key,
        projection(key) ? reshaped(tensor, shapeOf(tensor.shape)) : tensor,
      ]),
    );
    await writeSafetensors(`${folder}/${unetFile}`, changed);
    const config = JSON.parse(await readFile(`${tinyBase}/unet/config.json`, 'utf8')) as object;
    await writeFile(
      `${folder}/unet/config.json`,
      JSON.stringify({ ...config, use_linear_projection: linear }),
    );
    const found = await outputs(folder);
    for (const [i, values] of found.entries()) {
      for (const [j, value] of values.entries()) expect(value).toBeCloseTo(expected[i]![j]!, 4);
    }
  });
});
