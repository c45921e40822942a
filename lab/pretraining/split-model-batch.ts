/** @file Pieces of a batch of noisy latents with captions. */
import { floats } from '../../src/graph/host-tensor.ts';
import type { ModelBatch } from './model-step.ts';

/** Divides a batch into `count` equal pieces along its samples; their values are copies. */
export function splitModelBatch(batch: ModelBatch, count: number): ModelBatch[] {
  const samples = batch.timesteps.length / count;
  return Array.from({ length: count }, (_, i) => {
    const part = <T extends { slice(from: number, to: number): T; readonly length: number }>(
      values: T,
    ): T => {
      const size = values.length / count;
      return values.slice(i * size, (i + 1) * size);
    };
    const shapeOf = (shape: readonly number[]) => [samples, ...shape.slice(1)];
    return {
      noisy: floats(part(batch.noisy.data), shapeOf(batch.noisy.shape)),
      target: floats(part(batch.target.data), shapeOf(batch.target.shape)),
      timesteps: batch.timesteps.slice(i * samples, (i + 1) * samples),
      ids: { dtype: 'int64', shape: shapeOf(batch.ids.shape), data: part(batch.ids.data) },
    };
  });
}
