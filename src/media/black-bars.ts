/** @file Detecting and cropping black bars around a picture. */

import { type Picture, picture } from './picture.ts';
import type { Size } from './size.ts';

/** Thickness of the bars in pixels. */
export interface Bars {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Brightness of a line of pixels (row or column): mean level, and fraction of pixels that are not black. */
interface Line {
  readonly mean: number;
  readonly litShare: number;
}

/** Levels up to this count as black, since compression leaves some noise in bars. */
const black = 40;
/** Upper bounds for a line of a bar: mean level, and fraction of pixels that are not black. */
const [barMean, barLit] = [20, 0.02];
/**
 * The picture beside a bar is brighter by at least this many levels: a dark scene fades gradually, a bar ends abruptly.
 */
const edge = 12;
/** Thinner bars (fraction of the side, at least 2 pixels) are ignored. */
const thinnest = 0.0075;

/**
 * The bars common to all these frames of a clip; `undefined` if there are none. The frames, of one size, should be
 * taken from the whole clip, so that a dark moment is not mistaken for a bar.
 */
export function blackBars(frames: readonly Picture[]): Bars | undefined {
  const [first] = frames;
  if (!first) return undefined;
  const rows = brightestLines(frames, 'rows');
  const columns = brightestLines(frames, 'columns');
  const bars = {
    top: barThickness(rows),
    bottom: barThickness(rows.toReversed()),
    left: barThickness(columns),
    right: barThickness(columns.toReversed()),
  };
  return Object.values(bars).some((thickness) => thickness > 0) ? bars : undefined;
}

/** Each line in the frame in which it is brightest. */
function brightestLines(frames: readonly Picture[], which: 'rows' | 'columns'): Line[] {
  const { width, height } = frames[0]!;
  const [count, length] = which === 'rows' ? [height, width] : [width, height];
  return Array.from({ length: count }, (_, line) => {
    let [mean, litShare] = [0, 0];
    for (const { data } of frames) {
      let [sum, lit] = [0, 0];
      for (let i = 0; i < length; i++) {
        const at = 3 * (which === 'rows' ? line * width + i : i * width + line);
        const level = (data[at]! + data[at + 1]! + data[at + 2]!) / 3;
        sum += level;
        if (level > black) lit++;
      }
      mean = Math.max(mean, sum / length);
      litShare = Math.max(litShare, lit / length);
    }
    return { mean, litShare };
  });
}

function barThickness(lines: readonly Line[]): number {
  const end = lines.findIndex(({ mean, litShare }) => mean > barMean || litShare > barLit);
  if (end < Math.max(2, thinnest * lines.length)) return 0;
  // One line may be half bar and half picture.
  const beside = Math.max(lines[end]!.mean, lines[end + 1]?.mean ?? 0);
  return beside >= lines[end - 1]!.mean + edge ? end : 0;
}

/** The size that remains without the bars. */
export function sizeWithoutBars({ width, height }: Size, { top, bottom, left, right }: Bars): Size {
  return { width: width - left - right, height: height - top - bottom };
}

/** The largest even size that fits into a size: video codecs take no others. */
export function evenSize({ width, height }: Size): Size {
  return { width: width - (width % 2), height: height - (height % 2) };
}

/** Crops a picture to this size, beginning at `left` and `top`, as a new picture. */
export function cropPicture(from: Picture, left: number, top: number, { width, height }: Size): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * from.width + left) * 3;
    data.set(from.data.subarray(start, start + width * 3), y * width * 3);
  }
  return picture(width, height, data);
}
