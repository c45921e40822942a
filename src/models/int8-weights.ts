/**
 * @file The U-Net's weights as 8-bit integers, made once per model and kept in a file. Each output channel has a scale.
 * Where a convolution follows a group norm, its input channels are first divided by the size that the norm's weights
 * give them (SmoothQuant, arXiv 2211.10438, without measured activations), so that the channel with the largest values
 * does not decide how coarsely the others are rounded.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from '../checkpoints/exists.ts';
import { writeSafetensors } from '../checkpoints/safetensors-write.ts';
import { openWeightFile, type WeightFile } from '../checkpoints/weight-file.ts';
import type { SafetensorsValue } from '../checkpoints/writable-tensor.ts';
import { CheckpointError, StorageError } from '../errors.ts';
import {
  type FloatTensor,
  floats,
  type Int8Tensor,
  int8s,
  type Shape,
  sizeOf,
} from '../graph/host-tensor.ts';
import { dequantised } from '../graph/operators/index.ts';
import { input, storedInt8, type Tensor } from '../graph/tensor.ts';
import { cachesFolder } from '../hub/hub-cache.ts';
import { foundOf, phrase, setting } from '../phrases.ts';

/** Changes with every change of how weights are rounded: files of another recipe are not used. */
const recipe = 'int8-1';

/** The largest integer. −128 is not used, so that the integers are symmetric about 0. */
const largest = 127;

/**
 * Weights of the U-Net whose products stay in f32, by what their names contain. Together they are a few per cent of the
 * arithmetic.
 */
const exact: readonly [part: string, reason: string][] = [
  ['conv_in.', 'every value of the picture passes through it'],
  ['conv_out.', 'it makes the prediction'],
  ['time_embedding.', 'it acts on every pixel of every layer'],
  ['add_embedding.', 'as the timestep embedding does'],
  ['.time_emb_proj.', 'it shifts whole channels'],
  ['.conv_gate.', 'it has a single output channel'],
  ['.lora_', 'factors of low rank take little time'],
  [
    '.conv_shortcut.weight',
    'it takes the sum of all blocks, whose few large values would decide how the others are rounded',
  ],
];

/** Whether products with this weight of the U-Net, or of a motion, are computed in 8 bits. */
export function isQuantised(name: string, shape: Shape): boolean {
  return shape.length >= 2 && name.endsWith('.weight') && !exact.some(([part]) => `.${name}`.includes(part));
}

/** The folder in which integers are kept, in the user's cache: models may be shared, or on a disk that is read only. */
function integersFolder(): string {
  return join(cachesFolder(), 'lamp-video');
}

/**
 * The U-Net's weights as 8-bit integers, so that products with them are computed in 8 bits. The integers are made if
 * they are not in `folder` yet. Throws `StorageError` where they cannot be written there.
 */
export async function int8Weights(weights: WeightFile, folder = integersFolder()): Promise<WeightFile> {
  const integers = await integersOf(weights, folder);
  const found = new Map<string, Tensor>();
  const find = (name: string): Tensor | undefined => {
    const values = integers.file.tensors.get(name);
    if (!values) return weights.find(name);
    let tensor = found.get(name);
    if (!tensor) {
      tensor = dequantised({
        values: storedInt8(`${name} (int8)`, { ...values, dtype: 'int8' }),
        scales: integers.find(scalesOf(name))!,
        divisors: integers.find(divisorsOf(name)),
        shape: weights.shapes.get(name)!,
      });
      found.set(name, tensor);
    }
    return tensor;
  };
  return { ...weights, find, precision: 'int8' };
}

/**
 * The weights as `int8Weights` gives them, but without values: for estimating what programs take, without making the
 * integers.
 */
export function int8Outline(weights: WeightFile): WeightFile {
  const find = (name: string): Tensor | undefined => {
    const shape = weights.shapes.get(name);
    if (!shape || !isQuantised(name, shape)) return weights.find(name);
    const [out] = shape as [number];
    const size = sizeOf(shape);
    const place = { path: '', offset: 0, byteLength: size };
    const values = storedInt8(name, { ...place, dtype: 'int8', shape: [size / out, out] });
    return dequantised({ values, scales: input(scalesOf(name), [out]), divisors: undefined, shape });
  };
  return { ...weights, find, precision: 'int8' };
}

const scalesOf = (name: string) => `${name}.scales`;
const divisorsOf = (name: string) => `${name}.divisors`;

/** The file of integers; made where there is none, or none that can be used. */
async function integersOf(weights: WeightFile, folder: string): Promise<WeightFile> {
  const path = join(folder, `${(await weights.fingerprint()).slice(0, 32)}-${recipe}.safetensors`);
  const names = [...weights.shapes].filter(([name, shape]) => isQuantised(name, shape)).map(([name]) => name);
  if (await exists(path)) {
    try {
      const file = await openWeightFile(path);
      if (names.every((name) => file.file.tensors.get(name)?.dtype === 'int8')) return file;
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
    }
    await rm(path, { force: true });
  }
  await writeIntegers(path, weights, names);
  return openWeightFile(path);
}

/** Writes the integers, one weight at a time: a model need not fit into memory. */
async function writeIntegers(path: string, weights: WeightFile, names: readonly string[]): Promise<void> {
  const tensors: [string, SafetensorsValue][] = [];
  for (const name of names) {
    const shape = weights.shapes.get(name)!;
    const divisors = await channelDivisors(name, shape, weights);
    const scales = outputScales(await weightAt(name, weights), divisors);
    tensors.push([scalesOf(name), floats(scales)]);
    if (divisors) tensors.push([divisorsOf(name), floats(divisors)]);
    const [out] = shape as [number];
    tensors.push([
      name,
      {
        dtype: 'int8',
        shape: [sizeOf(shape) / out, out],
        load: async () => rounded(await weightAt(name, weights), scales, divisors),
      },
    ]);
  }
  await writeSafetensors(path, tensors, { recipe, unet: await weights.fingerprint() }).catch(
    (error: unknown) => {
      throw error instanceof StorageError ? cacheError(error) : error;
    },
  );
}

/** The error where the cache cannot be written, with how to have it elsewhere. */
function cacheError(cause: StorageError): StorageError {
  const found = phrase`weights in 8 bits cannot be kept in the cache: ${foundOf(cause)}`;
  const advice = phrase`Set XDG_CACHE_HOME to a folder that can be written to, or use ${setting('precision', 'f32')}.`;
  return new StorageError({ found, advice }, { cause });
}

async function weightAt(name: string, { file }: WeightFile): Promise<FloatTensor> {
  return (await file.read(name)) as FloatTensor;
}

/**
 * Divisors of a convolution's input channels, from the group norm before it: a normalised value seldom exceeds four
 * standard deviations, so that 4·|weight| + bias is about the largest value of a channel, after SiLU as well. The root
 * leaves half of the difference to the weights, which are multiplied by what the activations are divided by.
 */
async function channelDivisors(
  name: string,
  shape: Shape,
  weights: WeightFile,
): Promise<Float32Array | undefined> {
  const norm = normBefore(name);
  if (shape.length !== 4 || norm === undefined || !weights.shapes.has(`${norm}.weight`)) return undefined;
  const [gain, shift] = await Promise.all([
    weightAt(`${norm}.weight`, weights),
    weightAt(`${norm}.bias`, weights),
  ]);
  const sizes = gain.data.map((value, i) => Math.max(4 * Math.abs(value) + shift.data[i]!, 0.3));
  return sizes.map((size) => Math.sqrt(size));
}

function normBefore(name: string): string | undefined {
  const known = [
    [/\.conv1\.weight$/, '.norm1'],
    [/\.conv2\.weight$/, '.norm2'],
    [/\.proj_in\.weight$/, '.norm'],
  ] as const;
  const found = known.find(([ending]) => ending.test(name));
  return found && name.replace(found[0], found[1]);
}

/** For each output channel, its largest value (times its input channel's divisor) by the largest integer. */
function outputScales({ shape, data }: FloatTensor, divisors: Float32Array | undefined): Float32Array {
  const [out, inner, taps] = sizes(shape);
  const scales = new Float32Array(out);
  for (let o = 0, at = 0; o < out; o++) {
    let most = 0;
    for (let i = 0; i < inner; i++) {
      const factor = divisors?.[i] ?? 1;
      for (let tap = 0; tap < taps; tap++) most = Math.max(most, Math.abs(data[at++]!) * factor);
    }
    scales[o] = most / largest || 1;
  }
  return scales;
}

/** A weight `[out, in, …taps]` as integers `[taps·in, out]`, channels innermost. */
function rounded(
  { shape, data }: FloatTensor,
  scales: Float32Array,
  divisors: Float32Array | undefined,
): Int8Tensor {
  const [out, inner, taps] = sizes(shape);
  const integers = new Int8Array(data.length);
  for (let o = 0, at = 0; o < out; o++) {
    for (let i = 0; i < inner; i++) {
      const factor = (divisors?.[i] ?? 1) / scales[o]!;
      for (let tap = 0; tap < taps; tap++) {
        integers[(tap * inner + i) * out + o] = Math.round(data[at++]! * factor);
      }
    }
  }
  return int8s(integers, [taps * inner, out]);
}

function sizes(shape: Shape): [out: number, inner: number, taps: number] {
  const [out, inner] = shape as [number, number];
  return [out, inner, sizeOf(shape) / (out * inner)];
}
