/**
 * @file Pictures that are transformed by transforming their latents: translated by fractions of a latent, rotated,
 * scaled. An autoencoder that is equivariant in this sense (EQ-VAE: Kouzelis et al. 2025, arXiv 2502.09509) has
 * smoother latents, which a diffusion model learns sooner, and in which a moving thing looks the same everywhere.
 */
import { type RandomStream, randomStream } from '../../src/diffusion/random.ts';
import { type FloatTensor, floats } from '../../src/graph/host-tensor.ts';
import { between } from '../world/scene-painters.ts';

/** How a picture is transformed: rotated and scaled about its centre, then translated. */
export interface PictureMove {
  /** To the right and down, in whole pixels of the picture. */
  readonly right: number;
  readonly down: number;
  /** Clockwise about the centre, in radians. */
  readonly angle: number;
  /** About the centre: 2 shows everything twice as large. */
  readonly stretch: number;
}

/** The identity. */
export const noMove: PictureMove = { right: 0, down: 0, angle: 0, stretch: 1 };

/** Fraction of pictures that stay unchanged, so that these are reconstructed as well as possible. */
const STILL = 0.4;
/** Fraction of pictures that are only translated, which never blurs them. */
const SHIFTED = 0.4;
const FARTHEST = 12;
const LARGEST_ANGLE = Math.PI / 4;
const LARGEST_STRETCH = 1.4;

/** Draws a transformation: none, a translation, or a rotation and scaling with a translation. */
export function drawMove(random: RandomStream): PictureMove {
  const kind = random.uniform();
  if (kind < STILL) return noMove;
  const pixels = () => random.integer(2 * FARTHEST + 1) - FARTHEST;
  const [right, down] = [pixels(), pixels()];
  if (kind < STILL + SHIFTED) return { ...noMove, right, down };
  const logarithm = Math.log(LARGEST_STRETCH);
  return {
    right,
    down,
    angle: between(random, -LARGEST_ANGLE, LARGEST_ANGLE),
    stretch: Math.exp(between(random, -logarithm, logarithm)),
  };
}

/** Transformations for the pictures of a batch: a function of the seed and the batch's index. */
export function movesOfBatch(seed: number, index: number, count: number): PictureMove[] {
  const random = randomStream(seed, 'moves', index);
  return Array.from({ length: count }, () => drawMove(random));
}

/** Transformations of a batch: matrices for its latents, and its transformed pictures. */
export interface MovedBatch {
  /** `[b, h·w, h·w]`: latents `[b, c, h·w]` are multiplied by these. Bilinear, with repeated edges. */
  readonly matrices: FloatTensor;
  /** `[b, 3, H, W]`: the transformed pictures. Cubic (Catmull–Rom), exact for translations, with repeated edges. */
  readonly targets: FloatTensor;
  /** `[b, 1, H, W]`: 1 where the target is known from the picture, 0 where it repeats an edge. */
  readonly inside: FloatTensor;
}

/** Transforms pictures `[b, 3, H, W]`, each in its own way; latents are `factor` times smaller along each side. */
export function movedBatch(
  { data, shape }: FloatTensor,
  factor: number,
  moves: readonly PictureMove[],
): MovedBatch {
  const [samples, channels, height, width] = shape as [number, number, number, number];
  const [rows, columns] = [height / factor, width / factor];
  const [area, latentArea] = [height * width, rows * columns];
  const matrices = new Float32Array(samples * latentArea * latentArea);
  const targets = new Float32Array(data.length);
  const inside = new Float32Array(samples * area);
  for (const [i, move] of moves.entries()) {
    const matrix = matrices.subarray(i * latentArea * latentArea, (i + 1) * latentArea * latentArea);
    const picture = data.subarray(i * channels * area, (i + 1) * channels * area);
    const target = targets.subarray(i * channels * area, (i + 1) * channels * area);
    const came = origins(move, { width, height });
    forEachPixel(columns, rows, (x, y, at) => {
      const [u, v] = came((x + 0.5) / columns, (y + 0.5) / rows);
      for (const [column, share] of bilinear(u * columns - 0.5, columns)) {
        for (const [row, other] of bilinear(v * rows - 0.5, rows)) {
          matrix[(row * columns + column) * latentArea + at]! += share * other;
        }
      }
    });
    forEachPixel(width, height, (x, y, at) => {
      const [u, v] = came((x + 0.5) / width, (y + 0.5) / height);
      inside[i * area + at] = u >= 0 && u <= 1 && v >= 0 && v <= 1 ? 1 : 0;
      const across = cubic(u * width - 0.5, width);
      for (const [row, other] of cubic(v * height - 0.5, height)) {
        for (const [column, share] of across) {
          for (let c = 0; c < channels; c++) {
            target[c * area + at]! += share * other * picture[c * area + row * width + column]!;
          }
        }
      }
    });
  }
  return {
    matrices: floats(matrices, [samples, latentArea, latentArea]),
    targets: floats(targets, shape),
    inside: floats(inside, [samples, 1, height, width]),
  };
}

/** The source position of a position after the transformation, both as fractions of the sides. */
function origins(
  { right, down, angle, stretch }: PictureMove,
  { width, height }: { width: number; height: number },
) {
  const [cosine, sine] = [Math.cos(angle) / stretch, Math.sin(angle) / stretch];
  return (u: number, v: number): [number, number] => {
    const [x, y] = [(u - 0.5) * width - right, (v - 0.5) * height - down];
    return [0.5 + (cosine * x + sine * y) / width, 0.5 + (cosine * y - sine * x) / height];
  };
}

type Taps = (readonly [index: number, share: number])[];

/** The two pixels around a position on an axis, and their weights; beyond the ends the last one is repeated. */
function bilinear(place: number, length: number): Taps {
  const first = Math.floor(place);
  const rest = place - first;
  return taps(first, [1 - rest, rest], length);
}

/** The four pixels around a position, and their weights (Catmull and Rom 1974). */
function cubic(place: number, length: number): Taps {
  // Integer positions stay integers despite rounding.
  const nearest = Math.round(place);
  if (Math.abs(place - nearest) < 1e-6) return taps(nearest, [1], length);
  const before = Math.floor(place);
  const t = place - before;
  return taps(
    before - 1,
    [
      ((2 - t) * t - 1) * t * 0.5,
      ((3 * t - 5) * t * t + 2) * 0.5,
      ((4 - 3 * t) * t + 1) * t * 0.5,
      (t - 1) * t * t * 0.5,
    ],
    length,
  );
}

function taps(first: number, shares: readonly number[], length: number): Taps {
  return shares.map((share, i) => [Math.max(0, Math.min(length - 1, first + i)), share] as const);
}

function forEachPixel(width: number, height: number, visit: (x: number, y: number, at: number) => void) {
  for (let y = 0, at = 0; y < height; y++) for (let x = 0; x < width; x++, at++) visit(x, y, at);
}
