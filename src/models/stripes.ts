/**
 * @file Layers of the autoencoder on pictures in stripes of rows, each a part of a chain (`graph/chain.ts`), so that
 * the inner values of only one stripe are in memory. Exact but for rounding: a convolution sees the neighbouring rows
 * of the stripes above and below, and group norms take their statistics over all stripes.
 */
import {
  add,
  concat,
  div,
  mul,
  reduceMean,
  reshape,
  scale,
  silu,
  slice,
  sqrt,
  sub,
  upsampleNearest,
} from '../graph/operators/index.ts';
import { recomputed } from '../graph/region.ts';
import { scalar, type Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import { type ConvolutionOptions, convolution } from './layers.ts';

/** Consecutive rows of a picture, and the statistics of each group of their channels. */
export interface Stripe {
  /** `[n, c, rows, w]`. */
  readonly pixels: Tensor;
  /** `[n, groups, 1, 1]`. */
  readonly mean: Tensor;
  /** `[n, groups, 1, 1]`. */
  readonly variance: Tensor;
}

/** A picture from top to bottom. */
export type Stripes = readonly Stripe[];

/** The division of group norms. */
interface Norm {
  readonly groups: number;
  readonly epsilon: number;
}

/** Number of rows of each of `count` stripes of nearly equal size; at most one stripe per `unit` rows. */
export function stripeRows(rows: number, count: number, unit = 1): number[] {
  const units = rows / unit;
  const stripes = Math.min(count, units);
  const edge = (i: number) => unit * Math.round((i * units) / stripes);
  return Array.from({ length: stripes }, (_, i) => edge(i + 1) - edge(i));
}

/** Divides a picture `[n, c, h, w]` into stripes of these numbers of rows. */
export function divided(x: Tensor, rows: readonly number[], groups: number): Stripes {
  let end = 0;
  const pieces = recomputed(() =>
    rows.map((count) => {
      end += count;
      return slice(x, 2, end - count, end);
    }),
  );
  return stripes(pieces, groups, (piece) => piece);
}

/** The whole picture. */
export function joined(x: Stripes): Tensor {
  return recomputed(() =>
    concat(
      x.map(({ pixels }) => pixels),
      2,
    ),
  );
}

/** A 3×3 convolution. */
export function stripedConvolution(
  w: Weights,
  x: Stripes,
  { groups, out }: Pick<Norm, 'groups'> & { readonly out: number },
): Stripes {
  return stripes(x, groups, (_, i) => convolved(w, withNeighbours(x, i), x, i, { out }));
}

/** A group norm, SiLU, and a 3×3 convolution: the whole picture `[n, out, h, w]`. */
export function lastConvolution(
  w: Weights,
  normalisation: Weights,
  x: Stripes,
  { out, ...norm }: Norm & { readonly out: number },
): Tensor {
  const activate = activation(normalisation, x, norm);
  const pieces = x.map((_, i) =>
    recomputed(() => convolved(w, activate(withNeighbours(x, i)), x, i, { out })),
  );
  return recomputed(() => concat(pieces, 2));
}

/** The residual block (see `resnet`), without time. */
export function stripedResnet(
  w: Weights,
  x: Stripes,
  { out, ...norm }: Norm & { readonly out: number },
): Stripes {
  const first = activation(w.scope('norm1'), x, norm);
  const y = stripes(x, norm.groups, (_, i) =>
    convolved(w.scope('conv1'), first(withNeighbours(x, i)), x, i, { out }),
  );
  const second = activation(w.scope('norm2'), y, norm);
  return stripes(x, norm.groups, ({ pixels }, i) => {
    const inner = convolved(w.scope('conv2'), second(withNeighbours(y, i)), y, i, { out });
    const shortcut =
      pixels.shape[1] === out ? pixels : convolution(w.scope('conv_shortcut'), pixels, { out, kernel: 1 });
    return add(shortcut, inner);
  });
}

/** Nearest-neighbour upsampling by 2, and a 3×3 convolution. */
export function stripedUpsampling(w: Weights, x: Stripes, groups: number): Stripes {
  return stripes(x, groups, ({ pixels }, i) => {
    const wide = upsampleNearest(withNeighbours(x, i), 2);
    // Of a neighbour's row, twice as high now, one row is seen.
    const [above, rows] = [i > 0 ? 1 : 0, 2 * pixels.shape[2]!];
    const below = i < x.length - 1 ? 1 : 0;
    return convolved(w, slice(wide, 2, above, 2 * above + rows + below), x, i, { out: pixels.shape[1]! });
  });
}

/** A 3×3 convolution of stride 2, with zeros on the right and below the picture only. Stripes have even heights. */
export function stripedDownsampling(w: Weights, x: Stripes, groups: number): Stripes {
  return stripes(x, groups, ({ pixels }, i) => {
    const below = x[i + 1]?.pixels;
    const rows = below ? concat([pixels, slice(below, 2, 0, 1)], 2) : pixels;
    const padding = [0, 0, below ? 0 : 1, 1] as const;
    return convolution(w, rows, { stride: 2, padding, out: pixels.shape[1]! });
  });
}

/** Stripes that are made each in a part of its own, with their statistics. */
function stripes<T>(from: readonly T[], groups: number, make: (part: T, index: number) => Tensor): Stripes {
  return from.map((part, i) =>
    recomputed(() => {
      const pixels = make(part, i);
      const values = grouped(pixels, groups);
      const mean = reduceMean(values, [2, 3]);
      const apart = sub(values, mean);
      return { pixels, mean, variance: reduceMean(mul(apart, apart), [2, 3]) };
    }),
  );
}

/** A stripe with the last row of the one above and the first row of the one below. */
function withNeighbours(x: Stripes, i: number): Tensor {
  const { pixels } = x[i]!;
  const [above, below] = [x[i - 1]?.pixels, x[i + 1]?.pixels];
  return concat(
    [
      ...(above ? [slice(above, 2, above.shape[2]! - 1, above.shape[2]!)] : []),
      pixels,
      ...(below ? [slice(below, 2, 0, 1)] : []),
    ],
    2,
  );
}

/** A 3×3 convolution of stripe `i` with its neighbouring rows; zeros take their place at the picture's edges. */
function convolved(
  w: Weights,
  rows: Tensor,
  { length }: Stripes,
  i: number,
  options: ConvolutionOptions,
): Tensor {
  const padding = [i === 0 ? 1 : 0, 1, i === length - 1 ? 1 : 0, 1] as const;
  return convolution(w, rows, { ...options, padding });
}

/** The picture's group norm and SiLU, to be applied to some of its rows. */
function activation(w: Weights, x: Stripes, { groups, epsilon }: Norm): (rows: Tensor) => Tensor {
  const { mean, inverse } = recomputed(() => pooled(x, epsilon));
  return (rows) => {
    const channels = rows.shape[1]!;
    const perChannel = (name: string) =>
      reshape(w.tensor(name, [channels]), [1, groups, channels / groups, 1]);
    const normal = mul(sub(grouped(rows, groups), mean), mul(inverse, perChannel('weight')));
    return silu(reshape(add(normal, perChannel('bias')), rows.shape));
  };
}

/**
 * Mean and inverse deviation of each group over the whole picture, `[n, groups, 1, 1]`, from those of the stripes (Chan
 * et al. 1979, "Updating formulae and a pairwise algorithm for computing sample variances").
 */
function pooled(x: Stripes, epsilon: number): { readonly mean: Tensor; readonly inverse: Tensor } {
  const rows = x.map(({ pixels }) => pixels.shape[2]!);
  const height = rows.reduce((sum, count) => sum + count, 0);
  const average = (values: readonly Tensor[]) =>
    values.map((value, i) => scale(value, rows[i]! / height)).reduce((sum, value) => add(sum, value));
  const mean = average(x.map((stripe) => stripe.mean));
  const variance = average(
    x.map((stripe) => {
      const apart = sub(stripe.mean, mean);
      return add(stripe.variance, mul(apart, apart));
    }),
  );
  return { mean, inverse: div(scalar(1), sqrt(add(variance, scalar(epsilon)))) };
}

/** `[n, c, h, w]` as `[n, groups, c / groups, h·w]`. */
function grouped(x: Tensor, groups: number): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  return reshape(x, [n, groups, c / groups, h * w]);
}
