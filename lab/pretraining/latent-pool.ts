/**
 * @file Latents of pictures, computed once and kept in a file, for training a U-Net on them many times, since the
 * autoencoder costs more than the U-Net's step.
 */
import { isFile } from '../../src/checkpoints/exists.ts';
import { openSafetensors, writeSafetensors } from '../../src/checkpoints/safetensors.ts';
import { randomStream } from '../../src/diffusion/random.ts';
import { type FloatTensor, floats } from '../../src/graph/host-tensor.ts';
import type { BatchCodec } from './pretrain-vae.ts';
import type { CaptionedLatents } from './pretraining-batches.ts';

/** Posteriors of pictures' latents, not scaled, with the pictures' captions. */
export interface LatentPool {
  readonly mean: FloatTensor;
  readonly deviation: FloatTensor;
  readonly captions: readonly string[];
}

/** Inputs of a pool. */
export interface PoolOptions {
  /** The file; if it exists, it is read and nothing is encoded. */
  readonly path: string;
  readonly count: number;
  /** Must divide `count`, and be the batch size of the codec. */
  readonly batch: number;
  readonly codec: () => Promise<BatchCodec>;
  /** Pictures number `first` to `first + count − 1`, with captions. */
  readonly pictures: (first: number, count: number) => { pictures: FloatTensor; captions: readonly string[] };
}

/** Encodes the pictures, or reads the file written by an earlier call. Throws `StorageError` or `CheckpointError`. */
export async function latentPool(options: PoolOptions): Promise<LatentPool> {
  const { path, count, batch } = options;
  if (await isFile(path)) return readPool(path);
  const codec = await options.codec();
  const captions: string[] = [];
  let mean: Float32Array | undefined;
  let deviation: Float32Array | undefined;
  let shape: readonly number[] = [];
  for (let first = 0; first < count; first += batch) {
    const chunk = options.pictures(first, batch);
    const found = await codec.encode(chunk.pictures);
    const each = found.mean.data.length / batch;
    mean ??= new Float32Array(count * each);
    deviation ??= new Float32Array(count * each);
    mean.set(found.mean.data, first * each);
    deviation.set(found.deviation.data, first * each);
    shape = [count, ...found.mean.shape.slice(1)];
    captions.push(...chunk.captions);
  }
  await codec.dispose();
  const pool = { mean: floats(mean!, shape), deviation: floats(deviation!, shape), captions };
  const { captions: _, ...tensors } = pool;
  await writeSafetensors(path, Object.entries(tensors), { captions: JSON.stringify(captions) });
  return pool;
}

/** Several pools as one. */
export function joinedPools(pools: readonly LatentPool[]): LatentPool {
  const joined = (of: (pool: LatentPool) => FloatTensor) => {
    const parts = pools.map(of);
    const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
    let at = 0;
    for (const part of parts) {
      data.set(part.data, at);
      at += part.data.length;
    }
    const count = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
    return floats(data, [count, ...parts[0]!.shape.slice(1)]);
  };
  return {
    mean: joined(({ mean }) => mean),
    deviation: joined(({ deviation }) => deviation),
    captions: pools.flatMap(({ captions }) => captions),
  };
}

/**
 * `count` latents drawn from the pool, each sampled anew from its posterior and scaled: a function of seed and index.
 */
export function drawFromPool(
  { mean, deviation, captions }: LatentPool,
  scalingFactor: number,
  seed: number,
  index: number,
  count: number,
): CaptionedLatents {
  const random = randomStream(seed, 'pool', index);
  const size = mean.data.length / captions.length;
  const data = new Float32Array(count * size);
  const shown: string[] = [];
  for (let i = 0; i < count; i++) {
    const chosen = random.integer(captions.length);
    shown.push(captions[chosen]!);
    for (let j = 0, at = chosen * size; j < size; j++, at++) {
      data[i * size + j] = scalingFactor * (mean.data[at]! + deviation.data[at]! * random.normal());
    }
  }
  return { latents: floats(data, [count, ...mean.shape.slice(1)]), captions: shown };
}

/** Reads a file of latents. Throws `CheckpointError` if it is damaged. */
export async function readPool(path: string): Promise<LatentPool> {
  const file = await openSafetensors(path);
  const tensors = await file.readMany(['mean', 'deviation']);
  const captions = JSON.parse(file.metadata.captions ?? '[]') as string[];
  return {
    mean: tensors.get('mean') as FloatTensor,
    deviation: tensors.get('deviation') as FloatTensor,
    captions,
  };
}
