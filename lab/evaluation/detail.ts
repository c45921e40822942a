/** @file How much detail a picture has: a blurred one can be near the true one in every pixel. */
import type { Picture } from '../../src/media/picture.ts';
import { lumaOf } from './quality.ts';

/** The sum of the squared differences of the luma of neighbouring pixels, right and down. */
export function gradientEnergy(picture: Picture): number {
  const { width, height } = picture;
  const luma = lumaOf(picture);
  let sum = 0;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (x + 1 < width) sum += (luma[at + 1]! - luma[at]!) ** 2;
      if (y + 1 < height) sum += (luma[at + width]! - luma[at]!) ** 2;
    }
  }
  return sum;
}

/**
 * The energy of the luma at frequencies above half the Nyquist frequency (0.25 cycles a pixel, in any direction), under
 * a Hann window, so that the jump from one edge of the picture to the opposite one does not count.
 */
export function fineEnergy(picture: Picture): number {
  const { width, height } = picture;
  const luma = lumaOf(picture);
  const mean = luma.reduce((sum, value) => sum + value, 0) / luma.length;
  const [across, down] = [hann(width), hann(height)];
  const windowed = luma.map(
    (value, at) => (value - mean) * across[at % width]! * down[Math.floor(at / width)]!,
  );
  const rows = transformed({ re: windowed, im: new Float64Array(luma.length) }, height, width);
  const { re, im } = transformed(transposed(rows, height, width), width, height);
  return re.reduce((sum, value, at) => {
    const [u, v] = [frequency(Math.floor(at / height), width), frequency(at % height, height)];
    return Math.hypot(u, v) > 0.25 ? sum + value ** 2 + im[at]! ** 2 : sum;
  }, 0);
}

interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

function hann(length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => Math.sin((Math.PI * (i + 0.5)) / length) ** 2);
}

/** Cycles a pixel of the coefficient, from −0.5 to 0.5. */
function frequency(index: number, length: number): number {
  return (index <= length / 2 ? index : index - length) / length;
}

/** The discrete Fourier transform of every row, by its definition: pictures are small. */
function transformed({ re, im }: Complex, rows: number, length: number): Complex {
  const [cos, sin] = [Math.cos, Math.sin].map((wave) =>
    Float64Array.from({ length }, (_, i) => wave((2 * Math.PI * i) / length)),
  ) as [Float64Array, Float64Array];
  const out = { re: new Float64Array(rows * length), im: new Float64Array(rows * length) };
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < length; k++) {
      let [sumRe, sumIm] = [0, 0];
      for (let i = 0, turn = 0; i < length; i++, turn = (turn + k) % length) {
        const [a, b] = [re[row * length + i]!, im[row * length + i]!];
        sumRe += a * cos[turn]! + b * sin[turn]!;
        sumIm += b * cos[turn]! - a * sin[turn]!;
      }
      out.re[row * length + k] = sumRe;
      out.im[row * length + k] = sumIm;
    }
  }
  return out;
}

function transposed({ re, im }: Complex, rows: number, columns: number): Complex {
  const turned = (values: Float64Array) =>
    values.map((_, at) => values[(at % rows) * columns + Math.floor(at / rows)]!);
  return { re: turned(re), im: turned(im) };
}
