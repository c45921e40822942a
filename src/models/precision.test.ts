import { cp, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DeviceError, StorageError } from '../errors.ts';
import { motionVariants } from '../motion/variant.ts';
import { memoryModes } from '../runtime/memory-mode.ts';
import { tinyBase } from '../testing/library-models.ts';
import { predictVideo } from '../testing/predict-video.ts';
import { testFolder } from '../testing/test-folder.ts';
import { randomMotion } from '../testing/test-motions.ts';
import { thrownBy } from '../testing/thrown-by.ts';
import { trainingCost } from '../training/training-cost.ts';
import { baseIdentity, openBaseModel } from './base-model.ts';
import { isQuantised } from './int8-weights.ts';
import { inPrecision, outlineInPrecision } from './precision.ts';

const at = await testFolder();
const { XDG_CACHE_HOME: before } = process.env;
beforeAll(() => {
  process.env.XDG_CACHE_HOME = at('cache');
});
afterAll(() => {
  if (before === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = before;
});

test('the weights of blocks are in 8 bits; what every value or channel passes through is not', () => {
  const matrix = [8, 8];
  expect(isQuantised('down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_k.weight', matrix)).toBe(true);
  expect(isQuantised('up_blocks.1.resnets.0.conv1.weight', [8, 8, 3, 3])).toBe(true);
  expect(isQuantised('up_blocks.1.resnets.0.conv1.conv1d.weight', [8, 8, 3])).toBe(true);
  expect(isQuantised('up_blocks.1.resnets.0.conv1.bias', [8])).toBe(false);
  expect(isQuantised('conv_in.weight', [8, 4, 3, 3])).toBe(false);
  expect(isQuantised('up_blocks.1.resnets.0.conv_shortcut.weight', [8, 8, 1, 1])).toBe(false);
  expect(isQuantised('up_blocks.1.resnets.0.time_emb_proj.weight', matrix)).toBe(false);
});

/** `Σ|a − b| / Σ|b|`. */
function difference(a: Float32Array, b: Float32Array): number {
  let [apart, total] = [0, 0];
  for (const [i, value] of b.entries()) {
    apart += Math.abs(a[i]! - value);
    total += Math.abs(value);
  }
  return apart / total;
}

test('a prediction in 8 bits is close to that of f32, as one program and as a chain', async () => {
  const base = await openBaseModel(tinyBase);
  const rounded = await inPrecision(base, 'int8', 'cpu');
  expect(await inPrecision(base, 'int8', 'cpu')).toBe(rounded);
  const motion = { variant: motionVariants.lamp, values: randomMotion(base, 1, motionVariants.lamp) };
  const exact = await predictVideo(base, motion);
  const whole = await predictVideo(rounded, motion);
  const chained = await predictVideo(rounded, motion, 'low');
  expect(difference(whole, exact)).toBeGreaterThan(1e-4);
  expect(difference(whole, exact)).toBeLessThan(0.04);
  expect(difference(chained, exact)).toBeLessThan(0.04);
});

test('an outline without values costs what the integers do', async () => {
  const base = await openBaseModel(tinyBase);
  const outline = outlineInPrecision(base, 'int8');
  const real = await inPrecision(base, 'int8', 'cpu');
  const variant = motionVariants.lamp;
  const costs = ({ unet }: typeof base) =>
    memoryModes.map((memory) => trainingCost(unet, [1, 4, 2, 8, 8], 77, { variant, memory }));
  for (const [i, { bytes, flops }] of costs(outline).entries()) {
    const expected = costs(real)[i]!;
    // Without the divisors of channels, which are known when the integers are made.
    expect(Math.abs(bytes / expected.bytes - 1)).toBeLessThan(0.01);
    expect(flops).toBe(expected.flops);
    expect(bytes).not.toBe(costs(base)[i]!.bytes);
  }
});

test('integers are kept for the next time, and made again where their file is damaged', async () => {
  const folder = join(at('cache'), 'lamp-video');
  const copy = at('model');
  await cp(tinyBase, copy, { recursive: true });
  await inPrecision(await openBaseModel(copy), 'int8', 'cpu');
  const [name] = await readdir(folder);
  const path = join(folder, name!);
  const content = await readFile(path);
  const { mtimeMs } = await stat(path);
  await inPrecision(await openBaseModel(copy), 'int8', 'cpu');
  expect((await stat(path)).mtimeMs).toBe(mtimeMs);
  await truncate(path, 1000);
  await inPrecision(await openBaseModel(copy), 'int8', 'cpu');
  expect(await readFile(path)).toEqual(content);
  expect(await readdir(folder)).toEqual([name]);
});

test('where the cache cannot be written, the error says so, and the next call tries again', async () => {
  const base = await openBaseModel(tinyBase);
  process.env.XDG_CACHE_HOME = at('a-file');
  await writeFile(at('a-file'), '');
  expect(await thrownBy(inPrecision(base, 'int8', 'cpu'))).toBeInstanceOf(StorageError);
  process.env.XDG_CACHE_HOME = at('cache');
  expect((await inPrecision(base, 'int8', 'cpu')).unet.weights.precision).toBe('int8');
});

test('elsewhere than on the CPU, 8 bits are refused', async () => {
  const error = await thrownBy(inPrecision(await openBaseModel(tinyBase), 'int8', 'webgpu'));
  expect(error).toBeInstanceOf(DeviceError);
  expect((error as DeviceError).message).toBe(
    'precision: "int8" was chosen for the device "webgpu"; expected device: "cpu" with it. Use precision: "f32", or device: "cpu".',
  );
});

test('TF32 is refused elsewhere than on CUDA, and there part of the model’s identity', async () => {
  const base = await openBaseModel(tinyBase);
  const error = await thrownBy(inPrecision(base, 'tf32', 'cpu'));
  expect((error as DeviceError).message).toBe(
    'precision: "tf32" was chosen for the device "cpu"; expected device: "cuda" with it. Use precision: "f32", or device: "cuda".',
  );
  const rounded = await inPrecision(base, 'tf32', 'cuda');
  expect(await baseIdentity(rounded)).toEqual({ ...(await baseIdentity(base)), precision: 'tf32' });
});
