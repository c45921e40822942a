/** @file Equal pieces of a batch along its samples. */
import type { HostTensor } from '../../src/graph/host-tensor.ts';

/** What a batch consists of: tensors `[b, …]`, or lists of something for each of `b` samples. */
export type OfSamples = HostTensor | readonly unknown[] | undefined;

/** A batch: fields, each of which is of all samples. */
export type Divisible<Batch> = { readonly [Field in keyof Batch]: OfSamples };

/** Divides a batch into `count` equal pieces, with copies of its values. */
export function piecesOf<Batch extends Divisible<Batch>>(batch: Batch, count: number): Batch[] {
  const fields = Object.entries<OfSamples>(batch);
  return Array.from({ length: count }, (_, i) => {
    const piece = fields.map(([name, value]) => [name, pieceOf(value, count, i)]);
    return Object.fromEntries(piece) as Batch;
  });
}

function pieceOf(value: OfSamples, count: number, i: number): OfSamples {
  if (value === undefined) return undefined;
  const values = 'data' in value ? value.data : value;
  const size = values.length / count;
  const part = values.slice(i * size, (i + 1) * size);
  if (!('data' in value)) return part as readonly unknown[];
  const [samples, ...rest] = value.shape as [number, ...number[]];
  return { ...value, shape: [samples / count, ...rest], data: part } as HostTensor;
}
