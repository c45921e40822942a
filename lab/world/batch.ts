/** @file Batches of the little world for training. */

import { randomStream } from '../../src/diffusion/random.ts';
import type { Picture } from '../../src/media/picture.ts';
import { renderedSample } from './rendered/rendered-shapes.ts';
import { type WorldOptions, worldSample } from './sample.ts';
import { WORLD_SIZE } from './scene.ts';
import { type Shape, shapeSample } from './shape.ts';
import type { Thing } from './thing.ts';

/** Options of a batch. */
export interface BatchSource {
  readonly things: readonly Thing[];
  /** Rendered objects of the batch's size; default none. */
  readonly shapes?: readonly Shape[];
  /** Share of pictures that show a shape; default 0.1, or 0 without shapes. */
  readonly shapeShare?: number;
  /** Share of pictures that show an object of `rendered/`; default 0. */
  readonly renderedShare?: number;
  readonly options?: WorldOptions;
}

/** Pictures as floats in [-1, 1], shape `[n, 3, height, width]`, and their captions. */
export interface WorldBatch {
  readonly pixels: Float32Array;
  readonly captions: string[];
}

/**
 * The samples `first` to `first + count − 1` of the infinite sequence of a seed. Each depends only on the seed and its
 * number, so that a resumed training continues with the same pictures. `into`, if given, is filled and returned as
 * `pixels`. Throws `RangeError` when `into` or a shape has another size than the batch.
 */
export function worldBatch(
  source: BatchSource,
  seed: number,
  first: number,
  count: number,
  into?: Float32Array,
): WorldBatch {
  const { width, height } = source.options?.size ?? WORLD_SIZE;
  const each = 3 * width * height;
  const pixels = into ?? new Float32Array(count * each);
  if (pixels.length !== count * each) {
    throw new RangeError(`${pixels.length} floats do not hold the shape [${count},3,${height},${width}]`);
  }
  const shapes = source.shapes ?? [];
  const shapeShare = shapes.length > 0 ? (source.shapeShare ?? 0.1) : 0;
  const captions: string[] = [];
  for (let index = 0; index < count; index++) {
    const stream = randomStream(seed, 'world', first + index);
    const kind = stream.uniform();
    const sample =
      kind < shapeShare
        ? shapeSample(shapes, stream)
        : kind < shapeShare + (source.renderedShare ?? 0)
          ? renderedSample(stream, { width, height })
          : worldSample(source.things, stream, source.options);
    writeSigned(sample.picture, pixels.subarray(index * each, (index + 1) * each));
    captions.push(sample.caption);
  }
  return { pixels, captions };
}

/** Bytes as floats in [-1, 1], from a table: the same values as `pictureToFloats`, without a new array. */
const SIGNED = Float32Array.from({ length: 256 }, (_, level) => level / 127.5 - 1);

function writeSigned({ data }: Picture, into: Float32Array): void {
  const pixels = data.length / 3;
  if (into.length !== data.length) {
    throw new RangeError(
      `a picture of ${pixels} pixels does not fit a batch of ${into.length / 3} pixels each`,
    );
  }
  for (let pixel = 0, at = 0; pixel < pixels; pixel++, at += 3) {
    into[pixel] = SIGNED[data[at]!]!;
    into[pixel + pixels] = SIGNED[data[at + 1]!]!;
    into[pixel + 2 * pixels] = SIGNED[data[at + 2]!]!;
  }
}
