/** @file Equal pieces of a batch along its samples; their values are copies. */
import { type FloatTensor, floats } from '../../src/graph/host-tensor.ts';
import type { ModelBatch } from './model-step.ts';
import type { DecoderBatch, VaeBatch } from './vae-step.ts';

/** Pieces of a batch of noisy latents with captions. */
export function splitModelBatch(batch: ModelBatch, count: number): ModelBatch[] {
  return pieces(count, (i) => ({
    noisy: pieceOf(batch.noisy, count, i),
    target: pieceOf(batch.target, count, i),
    timesteps: part(batch.timesteps, count, i),
    ids: {
      dtype: 'int64',
      shape: shapeOfPiece(batch.ids.shape, count),
      data: part(batch.ids.data, count, i),
    },
  }));
}

/** Pieces of a batch of pictures with noise for their latents. */
export function splitVaeBatch({ pictures, noise, moves }: VaeBatch, count: number): VaeBatch[] {
  return pieces(count, (i) => ({
    pictures: pieceOf(pictures, count, i),
    noise: pieceOf(noise, count, i),
    moves: moves && part(moves, count, i),
  }));
}

/** Pieces of a batch of pictures with their latents. */
export function splitDecoderBatch({ pictures, latents, moves }: DecoderBatch, count: number): DecoderBatch[] {
  return pieces(count, (i) => ({
    pictures: pieceOf(pictures, count, i),
    latents: pieceOf(latents, count, i),
    moves: moves && part(moves, count, i),
  }));
}

function pieces<T>(count: number, piece: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => piece(i));
}

function pieceOf({ data, shape }: FloatTensor, count: number, i: number): FloatTensor {
  return floats(part(data, count, i), shapeOfPiece(shape, count));
}

function shapeOfPiece([samples, ...rest]: readonly number[], count: number): number[] {
  return [samples! / count, ...rest];
}

function part<T extends { slice(from: number, to: number): T; readonly length: number }>(
  values: T,
  count: number,
  i: number,
): T {
  const size = values.length / count;
  return values.slice(i * size, (i + 1) * size);
}
