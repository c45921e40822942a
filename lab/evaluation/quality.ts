/** @file Similarity of two pictures: peak signal-to-noise ratio and structural similarity. */
import type { Picture } from '../../src/media/picture.ts';

/** The ratio for equal pictures, since JSON has no infinity. */
const BEST_PSNR = 100;

/**
 * Peak signal-to-noise ratio of two pictures in decibels, over all channels; at most 100, for equal pictures.
 * `counts`, one byte a pixel, leaves out pixels where it is 0. Throws `RangeError` when sizes differ or no pixel
 * counts.
 */
export function psnr(a: Picture, b: Picture, counts?: Uint8Array): number {
  assertSameSize(a, b);
  let [sum, pixels] = [0, 0];
  for (let pixel = 0, at = 0; pixel < a.width * a.height; pixel++, at += 3) {
    if (counts && !counts[pixel]) continue;
    pixels++;
    for (let c = 0; c < 3; c++) sum += (a.data[at + c]! - b.data[at + c]!) ** 2;
  }
  if (pixels === 0) throw new RangeError('no pixel counts, so the pictures cannot be compared');
  return Math.min(BEST_PSNR, 10 * Math.log10((255 ** 2 * 3 * pixels) / sum));
}

/** Half of the window's side, its Gaussian's deviation, and the two constants of Wang et al. */
const [REACH, DEVIATION] = [5, 1.5];
const [C1, C2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];

/**
 * Structural similarity of two pictures' luma (Wang et al. 2004): 1 for equal pictures, about 0 for unrelated ones.
 * Windows are Gaussians of 11×11 pixels and lie wholly inside. Throws `RangeError` when sizes differ or a side is
 * under 11.
 */
export function ssim(a: Picture, b: Picture): number {
  assertSameSize(a, b);
  const { width, height } = a;
  if (Math.min(width, height) <= 2 * REACH) {
    throw new RangeError(
      `structural similarity needs pictures of at least 11x11 pixels, not ${width}x${height}`,
    );
  }
  const [x, y] = [lumaOf(a), lumaOf(b)];
  const blurred = (values: Float64Array) => blur(values, width, height);
  const [meanX, meanY] = [blurred(x), blurred(y)];
  const [xx, yy, xy] = [
    blurred(x.map((value) => value * value)),
    blurred(y.map((value) => value * value)),
    blurred(x.map((value, i) => value * y[i]!)),
  ];
  const sum = meanX.reduce((total, mx, i) => {
    const my = meanY[i]!;
    const covariance = xy[i]! - mx * my;
    const variances = xx[i]! - mx * mx + yy[i]! - my * my;
    return (
      total + ((2 * mx * my + C1) * (2 * covariance + C2)) / ((mx * mx + my * my + C1) * (variances + C2))
    );
  }, 0);
  return sum / meanX.length;
}

const WINDOW = Array.from({ length: 2 * REACH + 1 }, (_, i) =>
  Math.exp(-((i - REACH) ** 2) / (2 * DEVIATION ** 2)),
);
const WINDOW_SUM = WINDOW.reduce((sum, value) => sum + value, 0);

/** Weighted means of all windows that lie inside: `(width − 10)·(height − 10)` values. */
function blur(values: Float64Array, width: number, height: number): Float64Array {
  const [columns, lines] = [width - 2 * REACH, height - 2 * REACH];
  const along = (from: (i: number) => number) =>
    WINDOW.reduce((sum, weight, i) => sum + weight * from(i), 0) / WINDOW_SUM;
  const wide = Float64Array.from({ length: columns * height }, (_, at) => {
    const start = Math.floor(at / columns) * width + (at % columns);
    return along((i) => values[start + i]!);
  });
  return Float64Array.from({ length: columns * lines }, (_, at) => along((i) => wide[at + i * columns]!));
}

/** ITU-R BT.601 luma. */
export function lumaOf({ width, height, data }: Picture): Float64Array {
  return Float64Array.from(
    { length: width * height },
    (_, i) => 0.299 * data[3 * i]! + 0.587 * data[3 * i + 1]! + 0.114 * data[3 * i + 2]!,
  );
}

function assertSameSize(a: Picture, b: Picture): void {
  if (a.width !== b.width || a.height !== b.height) {
    throw new RangeError(
      `pictures of ${a.width}x${a.height} and ${b.width}x${b.height} pixels cannot be compared`,
    );
  }
}
