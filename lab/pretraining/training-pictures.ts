/** @file The pictures of the little world that the built-in model is trained on. */

import { randomStream } from '../../src/diffusion/random.ts';
import { type FloatTensor, floats } from '../../src/graph/host-tensor.ts';
import type { Size } from '../../src/media/size.ts';
import { worldBatch } from '../world/batch.ts';
import { loadShapes, trainingShapes } from '../world/shape.ts';
import { loadThings, type Thing } from '../world/thing.ts';
import { loadMoreThings } from './more-things.ts';

/** Which pictures to generate. */
export interface PictureOptions {
  readonly size: Size;
  /** Seed of all random draws. */
  readonly seed: number;
  /** Fraction of the pictures of things that show one of `lab/assets/pretraining`. */
  readonly moreShare: number;
  /** Fraction of the pictures that show one of the world's rendered objects, without those of `held-out.json`. */
  readonly shapeShare: number;
  /** Fraction of the pictures that show an object of `world/rendered`. */
  readonly renderedShare: number;
  /** Number of the autoencoder's first pictures that keep their colours. */
  readonly plainFirst: number;
}

/** Pictures by number: `count` of them from `first` on, `[count, 3, height, width]` in −1…1. */
export interface TrainingPictures {
  /** Pictures of all things, a fifth in other colours: the autoencoder must know more than the world's colours. */
  ofAutoencoder(first: number, count: number): FloatTensor;
  /**
   * Pictures with captions. The world's other things are excluded: they test how the model treats unseen things.
   */
  ofModel(first: number, count: number): { pictures: FloatTensor; captions: string[] };
}

/** Loads the things and shapes from which pictures are drawn. */
export async function trainingPictures(options: PictureOptions): Promise<TrainingPictures> {
  const { size, seed, moreShare, shapeShare, renderedShare } = options;
  const shapes = await trainingShapes(await loadShapes(size));
  const more = moreShare > 0 ? await loadMoreThings() : [];
  const all = await loadThings();
  const things = withMore(all, more, moreShare);
  const core = withMore(
    all.filter((each) => each.core),
    more,
    moreShare,
  );
  const draw = (some: readonly Thing[], first: number, count: number) => {
    const source = { things: some, shapes, shapeShare, renderedShare, options: { size } };
    const { pixels, captions } = worldBatch(source, seed, first, count);
    return { pictures: floats(pixels, [count, 3, size.height, size.width]), captions };
  };
  return {
    ofAutoencoder: (first, count) => recoloured(draw(things, first, count).pictures, first, options),
    ofModel: (first, count) => draw(core, first, count),
  };
}

/** The things to draw from: uniformly within each list, with the requested fraction of `more`. */
function withMore(some: readonly Thing[], more: readonly Thing[], moreShare: number): readonly Thing[] {
  if (more.length === 0) return some;
  const repeats = Math.round(((1 / moreShare - 1) * more.length) / some.length);
  return [...Array<readonly Thing[]>(repeats).fill(some).flat(), ...more];
}

/** Permutes the colour channels of a fifth of the pictures, and inverts some of these; in place. */
function recoloured(pictures: FloatTensor, first: number, options: PictureOptions): FloatTensor {
  const plane = options.size.width * options.size.height;
  for (let i = 0; i < pictures.shape[0]!; i++) {
    const random = randomStream(options.seed, 'colours', first + i);
    if (first + i < options.plainFirst || random.uniform() < 0.8) continue;
    const picture = pictures.data.subarray(3 * plane * i, 3 * plane * (i + 1));
    const sign = random.uniform() < 0.3 ? -1 : 1;
    const planes = random.shuffle(3).map((c) => picture.slice(plane * c, plane * (c + 1)));
    for (const [c, values] of planes.entries()) {
      for (let at = 0; at < plane; at++) picture[plane * c + at] = sign * values[at]!;
    }
  }
  return pictures;
}
