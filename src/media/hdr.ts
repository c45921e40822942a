/**
 * @file Tone mapping of high dynamic range frames. Signals are converted to light (ITU-R BT.2100) and from BT.2020 to
 * sRGB primaries, and highlights above reference white are compressed.
 */
import { type Picture, picture } from './picture.ts';

/** HDR transfer function: the perceptual quantiser (HDR10), or hybrid log-gamma (broadcasts, phones). */
export type HdrTransfer = 'pq' | 'hlg';

/** Whether a transfer function, by its WebCodecs name, is an HDR one. */
export function isHdrTransfer(name: string | null | undefined): name is HdrTransfer {
  return name === 'pq' || name === 'hlg';
}

/** Reference white in cd/m² (ITU-R BT.2408); it is mapped to nearly white. */
const WHITE = 203;
/** Nominal peak of hybrid log-gamma in cd/m², which has no absolute brightness of its own. */
const HLG_PEAK = 1000;

/** The matrix from linear BT.2020 to linear sRGB, row by row (ITU-R BT.2087). */
const FROM_BT2020: readonly number[] = [
  ...[1.6605, -0.5876, -0.0728],
  ...[-0.1246, 1.1329, -0.0083],
  ...[-0.0182, -0.1006, 1.1187],
];

/**
 * Converts a picture of PQ or HLG signals to 8-bit sRGB. `toSrgb` is the matrix of its primaries; default BT.2020's.
 */
export function toneMapped(
  { width, height, data }: Picture,
  transfer: HdrTransfer,
  toSrgb: readonly number[] = FROM_BT2020,
): Picture {
  const [rr, rg, rb, gr, gg, gb, br, bg, bb] = toSrgb as readonly [
    ...[number, number, number],
    ...[number, number, number],
    ...[number, number, number],
  ];
  const light = lightOf[transfer];
  const result = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += 3) {
    let [r, g, b] = [light[data[at]!]!, light[data[at + 1]!]!, light[data[at + 2]!]!];
    if (transfer === 'hlg') {
      // The display's transfer function is applied to luminance, so that colours keep their hue.
      const gain = (HLG_PEAK / WHITE) * (0.2627 * r + 0.678 * g + 0.0593 * b) ** 0.2;
      [r, g, b] = [gain * r, gain * g, gain * b];
    }
    const red = Math.max(0, rr * r + rg * g + rb * b);
    const green = Math.max(0, gr * r + gg * g + gb * b);
    const blue = Math.max(0, br * r + bg * g + bb * b);
    const most = Math.max(red, green, blue);
    const scale = most > KNEE ? compressed(most) / most : 1;
    result[at] = srgb(scale * red);
    result[at + 1] = srgb(scale * green);
    result[at + 2] = srgb(scale * blue);
  }
  return picture(width, height, result);
}

/** Light up to this level (1: reference white) is unchanged. */
const KNEE = 0.8;

/** Compresses brighter light smoothly towards 1. */
function compressed(light: number): number {
  return 1 - (1 - KNEE) * Math.exp((KNEE - light) / (1 - KNEE));
}

function srgb(light: number): number {
  return Math.round(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055));
}

/** Light for each of the 256 signal levels: for PQ relative to reference white, for HLG scene light, 0 to 1. */
const lightOf: Readonly<Record<HdrTransfer, Float64Array>> = {
  pq: Float64Array.from({ length: 256 }, (_, level) => {
    const power = (level / 255) ** (32 / 2523);
    const linear = Math.max(0, power - 0.8359375) / (18.8515625 - 18.6875 * power);
    return (10_000 / WHITE) * linear ** (16384 / 2610);
  }),
  hlg: Float64Array.from({ length: 256 }, (_, level) => {
    const signal = level / 255;
    const [a, b, c] = [0.17883277, 0.28466892, 0.55991073];
    return signal <= 0.5 ? signal ** 2 / 3 : (Math.exp((signal - c) / a) + b) / 12;
  }),
};
