import { describe, expect, test } from 'vitest';
import type { WeightFile } from '../../src/checkpoints/weight-file.ts';
import { UsageError } from '../../src/errors.ts';
import type { FloatTensor, Shape } from '../../src/graph/host-tensor.ts';
import { sizeOf } from '../../src/graph/host-tensor.ts';
import { type BaseModel, openBaseModel } from '../../src/models/base-model.ts';
import { encodePrompts, pictureDecoder } from '../../src/models/programs.ts';
import { testFolder } from '../../src/testing/test-folder.ts';
import { type Architecture, type ArchitectureName, architecture } from './architectures.ts';
import { randomWeights } from './random-weights.ts';
import { type Part, partsOf, weightShapes, writeRandomBase } from './write-base.ts';

const at = await testFolder();

function weightsOf(base: BaseModel): Record<Part, WeightFile | undefined> {
  return {
    unet: base.unet.weights,
    vae: base.vae.weights,
    text_encoder: base.textEncoder.weights,
    text_encoder_2: base.second?.encoder.weights,
  };
}

const millions = (model: Architecture, part: Part) => {
  let count = 0;
  for (const shape of weightShapes(model, part).values()) count += sizeOf(shape);
  return Number((count / 1e6).toFixed(1));
};

test('the models have as many parameters as the published ones', () => {
  const counts = (name: ArchitectureName) => {
    const model = architecture(name);
    return Object.fromEntries(partsOf(model).map((part) => [part, millions(model, part)]));
  };
  expect(counts('sd15')).toEqual({ unet: 859.5, vae: 83.7, text_encoder: 123.1 });
  expect(counts('sd21')).toEqual({ unet: 865.9, vae: 83.7, text_encoder: 340.4 });
  expect(counts('sdxl')).toEqual({ unet: 2567.5, vae: 83.7, text_encoder: 123.1, text_encoder_2: 694.7 });
});

describe.each(['tiny-sd15', 'tiny-sd21', 'tiny-sdxl'] as const)('%s', (like) => {
  const model = architecture(like);
  const made = (async () => {
    const folder = await writeRandomBase(at(like), { like, dtype: 'float32', seed: 3 });
    const file = await writeRandomBase(at('files'), { like, dtype: 'float32', seed: 3, singleFile: true });
    return [await openBaseModel(folder), await openBaseModel(file)] as const;
  })();

  test('folder and single file hold all weights, with the same values', async () => {
    const [folder, file] = await made;
    for (const part of partsOf(model)) {
      const expected = weightShapes(model, part);
      const [first, second] = [weightsOf(folder)[part]!, weightsOf(file)[part]!];
      expect(first.shapes).toEqual(expected);
      const named = new Map([...second.shapes].filter(([name]) => expected.has(name)));
      expect(named).toEqual(new Map([...named.keys()].map((name) => [name, expected.get(name)!])));
      expect(named.size).toBe(expected.size);
      for (const name of expected.keys()) {
        const [a, b] = [await first.file.read(name), await second.file.read(name)];
        expect([name, Buffer.compare(bytes(a), bytes(b))]).toEqual([name, 0]);
      }
    }
  });

  test('both are read as the same model', async () => {
    const [folder, file] = await made;
    // Not inferable from shapes, and optional in files.
    const unsaid = { sample_size: undefined, mid_block_type: undefined, act_fn: undefined };
    const settings = ({ unet, vae, textEncoder, second, tokenizer }: BaseModel) => ({
      unet: { ...unet.config, ...unsaid },
      vae: { ...vae.config, ...unsaid },
      text: textEncoder.config,
      second: second?.encoder.config,
      pads: [tokenizer.padId, second?.tokenizer.padId],
      ids: tokenizer.encode('a horse runs on the beach'),
    });
    expect(settings(file)).toEqual(settings(folder));
  });

  test('text states and pictures are finite and of order one', async () => {
    const [folder] = await made;
    const states = await encodePrompts(folder, ['a horse runs']);
    expect(deviation(states)).toBeGreaterThan(0.1);
    expect(deviation(states)).toBeLessThan(10);
    const decoder = await pictureDecoder(folder.vae, { width: 64, height: 64 });
    const latents = randomWeights(1)('latents', [1, 4, 8, 8]);
    const picture = await decoder.decode(latents);
    await decoder.dispose();
    expect(deviation(picture)).toBeGreaterThan(0.01);
    expect(deviation(picture)).toBeLessThan(10);
  });
});

test.each([
  ['float16', 2 ** -11],
  ['bfloat16', 2 ** -8],
] as const)('%s', async (dtype, precision) => {
  const folder = await writeRandomBase(at(dtype), { like: 'tiny-sd15', dtype, seed: 3 });
  const base = await openBaseModel(folder);
  const name = 'conv_in.weight';
  const shape = base.unet.weights.shapes.get(name) as Shape;
  const exact = randomWeights(3)(`unet:${name}`, shape).data;
  const stored = ((await base.unet.weights.file.read(name)) as FloatTensor).data;
  expect(base.unet.weights.file.tensors.get(name)!.dtype).toBe(dtype);
  // Below 2⁻¹⁴, binary16 has numbers 2⁻²⁴ apart.
  const near = (value: number, i: number) =>
    Math.abs(value - exact[i]!) <= Math.max(precision * Math.abs(exact[i]!), 2 ** -25);
  expect(stored.every(near)).toBe(true);
  expect(stored.some((value, i) => value !== exact[i])).toBe(true);
});

function deviation({ data }: FloatTensor): number {
  let sum = 0;
  for (const value of data) sum += value * value;
  return Math.sqrt(sum / data.length);
}

function bytes({ data }: { readonly data: FloatTensor['data'] | BigInt64Array | Uint16Array }): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

test('nothing that is there already is overwritten, and a file is written where it is named', async () => {
  const options = { like: 'tiny-sd15', dtype: 'float16', seed: 1 } as const;
  const path = at('new/base.safetensors');
  expect(await writeRandomBase(path, { ...options, singleFile: true })).toBe(path);
  expect((await openBaseModel(path)).unet.weights.shapes.size).toBeGreaterThan(0);
  const again = writeRandomBase(path, { ...options, singleFile: true });
  await expect(again).rejects.toThrow(`there is a file at "${path}" already`);
  await expect(writeRandomBase(at('new'), options)).rejects.toThrow(`"${at('new')}" is not empty`);
  await expect(writeRandomBase(at('x.safetensors'), options)).rejects.toThrow(UsageError);
});
