/**
 * @file Frames of high dynamic range as ordinary pictures. Signals become light (ITU-R BT.2100), the wide colours of
 * BT.2020 those of sRGB, and what is brighter than white paper is compressed.
 */
import { type Picture, picture } from './picture.ts';

/** How a signal stands for light: the perceptual quantiser (HDR10), or hybrid log-gamma (broadcasts, phones). */
export type HdrTransfer = 'pq' | 'hlg';

/** Whether a transfer of this name, as WebCodecs spells it, is one of high dynamic range. */
export function isHdrTransfer(name: string | null | undefined): name is HdrTransfer {
  return name === 'pq' || name === 'hlg';
}

/** Brightness of white paper in cd/m², by ITU-R BT.2408; it becomes nearly white. */
const WHITE = 203;
/** Hybrid log-gamma has no brightness of its own; on the usual screen its highest signal is this bright. */
const HLG_PEAK = 1000;

/** From light of BT.2020's primaries to light of sRGB's, row by row (ITU-R BT.2087). */
const FROM_BT2020: readonly number[] = [
  ...[1.6605, -0.5876, -0.0728],
  ...[-0.1246, 1.1329, -0.0083],
  ...[-0.0182, -0.1006, 1.1187],
];

/** A picture of PQ or HLG signals as 8-bit sRGB. `toSrgb` is the matrix of its primaries, by default BT.2020's. */
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
      // The screen's own curve acts on brightness, so that colours keep their hue.
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

/** Light up to this (1: white paper) stays as it is. */
const KNEE = 0.8;

/** Brighter light nears 1 smoothly, however bright it is. */
function compressed(light: number): number {
  return 1 - (1 - KNEE) * Math.exp((KNEE - light) / (1 - KNEE));
}

function srgb(light: number): number {
  return Math.round(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055));
}

/** Light by the 256 levels of the signal: of PQ as shares of white paper, of HLG as the scene's, 0 to 1. */
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
