import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { openSafetensors, writeSafetensors } from '../../checkpoints/safetensors.ts';
import { openWeightFile } from '../../checkpoints/weight-file.ts';
import { CheckpointError, StorageError } from '../../errors.ts';
import { type FloatTensor, floats, type HostTensor } from '../../graph/host-tensor.ts';
import { type BaseModel, openBaseModel, openComponent } from '../../models/base-model.ts';
import { unetConfigSchema } from '../../models/configs.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { lampMotion, randomMotion, testMotion } from '../../testing/test-motions.ts';
import { readFixture, testdata } from '../../testing/testdata.ts';
import { videoPredictor } from '../predictor.ts';
import type { MotionValues } from '../trained-motion.ts';
import { motionVariants } from '../variant.ts';
import { assertFitsBase } from './motion-file.ts';
import { readReferenceUNet, writeReferenceUNet } from './reference-checkpoint.ts';

const inFolder = await testFolder();
const reference = testdata('mini/unet3d');
const weights = 'diffusion_pytorch_model.safetensors';
let base: BaseModel;
let motion: MotionValues;
let original: Map<string, HostTensor>;
beforeAll(async () => {
  base = await openBaseModel(testdata('mini/tiny-sd'));
  motion = await readReferenceUNet(reference, base);
  original = await (await openSafetensors(`${reference}/${weights}`)).readAll();
});

test('a motion read from the authors’ U-Net fits its base and computes what theirs does', async () => {
  expect(() => assertFitsBase('m', testMotion(base, lampMotion(motion)), base)).not.toThrow();
  const { inputs, outputs } = await readFixture('mini', 'unet3d_rand');
  const [name] = [...outputs.keys()] as [string];
  const given = (end: string) => inputs.get(name.replace(/sample$/, end)) as FloatTensor;
  const expected = outputs.get(name) as FloatTensor;
  const latents = given('sample');
  const tokens = given('context').shape[1]!;
  const predictor = await videoPredictor(base.unet, () => lampMotion(motion), latents.shape, tokens);
  const timesteps = Array(latents.shape[0]).fill(
    Number(inputs.get(name.replace(/sample$/, 'timestep'))!.data[0]),
  );
  const found = await predictor.predict(latents, timesteps, given('context'));
  await predictor.dispose();
  for (const [i, value] of expected.data.entries()) expect(found.data[i]).toBeCloseTo(value, 3);
});

describe('the authors’ U-Net', () => {
  test.each(['bin', 'safetensors'] as const)(
    'comes back from a motion bit for bit, as %s',
    async (format) => {
      const path = await writeReferenceUNet(inFolder(format), motion, base, { format });
      expect(path).toBe(inFolder(`${format}/diffusion_pytorch_model.${format}`));
      const file = await openWeightFile(path);
      expect(await file.file.readAll()).toEqual(original);
      const settings = async (folder: string) =>
        JSON.parse(await readFile(`${folder}/config.json`, 'utf8')) as Record<string, unknown>;
      expect(await settings(inFolder(format))).toEqual(await settings(reference));
      expect(await readReferenceUNet(inFolder(format), base)).toEqual(motion);
      const again = await readFile(path);
      await writeReferenceUNet(inFolder(format), motion, base, { format });
      expect((await readFile(path)).equals(again)).toBe(true);
    },
  );

  test('has norms of 1 and 0 where a motion holds none, and gives none back', async () => {
    const plain = randomMotion(base, 3, motionVariants.lamp);
    const path = await writeReferenceUNet(inFolder('plain'), plain, base);
    const { file } = await openWeightFile(path);
    const norm = 'mid_block.attentions.0.transformer_blocks.0.norm_temp';
    expect(new Set(Array.from((await file.read(`${norm}.weight`)).data, Number))).toEqual(new Set([1]));
    expect(new Set(Array.from((await file.read(`${norm}.bias`)).data, Number))).toEqual(new Set([0]));
    expect(await readReferenceUNet(inFolder('plain'), base)).toEqual(plain);
  });

  test('in half precision is that of the same base still', async () => {
    const path = await writeReferenceUNet(inFolder('half'), motion, base, { dtype: 'float16' });
    const { file } = await openWeightFile(path);
    expect(file.tensors.get('conv_in.conv2d.weight')?.dtype).toBe('float16');
    const half = await readReferenceUNet(inFolder('half'), base);
    expect([...half.keys()]).toEqual([...motion.keys()]);
  });

  test('is not written beside other weights', async () => {
    await mkdir(inFolder('taken'));
    await writeFile(inFolder(`taken/${weights}`), '');
    const writing = writeReferenceUNet(inFolder('taken'), motion, base);
    await expect(writing).rejects.toThrow(StorageError);
    await expect(writing).rejects.toThrow(
      /holds other weights already \(diffusion_pytorch_model\.safetensors\)/,
    );
  });
});

describe('what is not the authors’ U-Net on this base is refused', () => {
  const change = async (name: string, to: (tensors: Map<string, HostTensor>) => void) => {
    const tensors = new Map(original);
    to(tensors);
    await mkdir(inFolder(name));
    await copyFile(`${reference}/config.json`, inFolder(`${name}/config.json`));
    await writeSafetensors(inFolder(`${name}/${weights}`), tensors);
    return inFolder(name);
  };

  test('other frozen weights, unless allowed', async () => {
    const folder = await change('other', (tensors) => {
      const { shape, data } = tensors.get('conv_out.conv2d.weight') as FloatTensor;
      tensors.set(
        'conv_out.conv2d.weight',
        floats(
          data.map((value, i) => (i === 5 ? value + 1e-6 : value)),
          shape,
        ),
      );
    });
    await expect(readReferenceUNet(folder, base)).rejects.toThrow(CheckpointError);
    await expect(readReferenceUNet(folder, base)).rejects.toThrow(
      /another base than "tiny-sd": "conv_out\.conv2d\.weight" has other values/,
    );
    expect(await readReferenceUNet(folder, base, { otherWeights: true })).toEqual(motion);
  });

  test.each([
    [
      'a trained tensor less',
      (tensors: Map<string, HostTensor>) => tensors.delete('conv_in.conv1d.bias'),
      /"conv_in\.conv1d\.bias" is missing; expected \[8\]/,
    ],
    [
      'a frozen tensor less',
      (tensors: Map<string, HostTensor>) => tensors.delete('conv_in.conv2d.bias'),
      /"conv_in\.conv2d\.bias" is missing; expected \[8\]/,
    ],
    [
      'another shape',
      (tensors: Map<string, HostTensor>) => tensors.set('conv_in.conv1d.bias', floats(new Float32Array(9))),
      /is \[9\]; expected \[8\]/,
    ],
    [
      'a tensor more',
      (tensors: Map<string, HostTensor>) => tensors.set('motion_modules.0.w', floats(new Float32Array(1))),
      /holds "motion_modules\.0\.w", which LAMP's U-Net has not/,
    ],
  ])('%s', async (name, to, message) => {
    await expect(readReferenceUNet(await change(name, to), base)).rejects.toThrow(message);
  });

  test('the image model itself', async () => {
    const folder = testdata('mini/tiny-sd/unet');
    await openComponent(folder, unetConfigSchema);
    await expect(readReferenceUNet(folder, base)).rejects.toThrow(
      /is no U-Net of LAMP on base "tiny-sd".*is missing/,
    );
  });
});
