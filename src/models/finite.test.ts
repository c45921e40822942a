import { cp } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { openSafetensors, writeSafetensors } from '../checkpoints/safetensors.ts';
import { CheckpointError, LampError } from '../errors.ts';
import { floats, ints } from '../graph/host-tensor.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { openBaseModel } from './base-model.ts';
import { assertFinite, blameWeights, nonFinite } from './finite.ts';
import { encodePrompts, imagePredictor, pictureDecoder, pictureEncoder } from './programs.ts';

const inFolder = await testFolder();
const tiny = testdata('mini/tiny-sd');

/** The small model with one value of one tensor replaced. */
async function spoilt(file: string, name: string, value: number) {
  const folder = inFolder(name);
  await cp(tiny, folder, { recursive: true });
  const tensors = await (await openSafetensors(`${tiny}/${file}`)).readAll();
  tensors.get(name)!.data[3] = value;
  await writeSafetensors(`${folder}/${file}`, tensors);
  return openBaseModel(folder);
}

test('finds the first value that is not finite', () => {
  expect(nonFinite(floats(Float32Array.of(1, -2, 3e38, 3e38)))).toBeUndefined();
  expect(nonFinite(floats(new Float32Array(0)))).toBeUndefined();
  expect(nonFinite(floats(Float32Array.of(1, Number.NaN, Infinity)))).toBeNaN();
  expect(nonFinite(floats(Float32Array.of(1, -Infinity)))).toBe(-Infinity);
  expect(nonFinite(ints([1, 2]))).toBeUndefined();
});

const size = { width: 32, height: 32 };
const latents = floats(new Float32Array(4 * 4 * 4), [1, 4, 4, 4]);

test.each([
  [
    'text_encoder/model.safetensors',
    'text_model.final_layer_norm.bias',
    Number.NaN,
    'the text encoder gave NaN',
  ],
  ['vae/diffusion_pytorch_model.safetensors', 'encoder.conv_in.bias', Infinity, "the VAE's encoder gave NaN"],
  [
    'vae/diffusion_pytorch_model.safetensors',
    'decoder.conv_in.bias',
    Number.NaN,
    "the VAE's decoder gave NaN",
  ],
  ['unet/diffusion_pytorch_model.safetensors', 'conv_in.bias', Number.NaN, 'the U-Net gave NaN'],
])('%s: %s is named', async (file, name, value, message) => {
  const { unet, vae, ...text } = await spoilt(file, name, value);
  const use = async () => {
    const context = await encodePrompts(text, ['a horse']);
    await (await pictureEncoder(vae, size)).encode(floats(new Float32Array(3 * 32 * 32), [1, 3, 32, 32]));
    await (await pictureDecoder(vae, size)).decode(latents);
    await (await imagePredictor(unet, [1, 4, 4, 4], context.shape[1]!)).predict(latents, [500], context);
  };
  const error = await use().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CheckpointError);
  expect((error as Error).message).toContain(message);
  expect((error as Error).message).toContain(`hold ${value} in tensor "${name}"`);
});

test('where no weight is to blame, the message says so', async () => {
  const { unet } = await openBaseModel(tiny);
  const result = floats(Float32Array.of(Infinity));
  expect(await blameWeights(Number.NaN, 'the U-Net', unet.weights)).toBeUndefined();
  await expect(assertFinite(result, 'the U-Net', unet.weights)).rejects.toThrow(LampError);
  await expect(assertFinite(result, 'the U-Net', unet.weights)).rejects.toThrow(
    /gave Infinity: .* too large/,
  );
});
