/**
 * @file Whether pictures are combed: made of two fields, taken at two moments, although nothing says so. A pixel
 * belongs to a comb where it differs from both its vertical neighbours in the same direction (the product of the
 * differences, as in Donald Graft's Decomb filter for AviSynth); stripes in a picture do so, too. Between fields
 * something has passed: the rows of one field still show what all three rows showed in the picture before, those of
 * the other what all three show in the next one.
 */
import type { FirstField } from './h264-fields.ts';
import type { Plane } from './yuv.ts';

/** The brightness of a picture. */
export interface Luma {
  readonly width: number;
  /** Rows from top to bottom. */
  readonly plane: Plane;
  /** Bits per sample. */
  readonly bits: number;
}

/** Least difference between rows, of 255: an edge that is seen, and more than compression makes. */
const LEAST_DIFFERENCE = 20;
/** Pictures are looked at until so many have shown something move, or be combed. */
const PICTURES = 64;
/** So much of a picture must change for something to move in it. */
const LEAST_MOVING = 1 / 1000;
/** So much of a picture is combed in one that counts, and at least so many pixels. */
const LEAST_COMBED = 1 / 5000;
const LEAST_PIXELS = 8;
/** So many times more pixels show the one field first than the other. */
const CLEARLY = 8;
/** So many of the moving pictures are combed, and at least two: slow things show no combs in most of them. */
const LEAST_PICTURES = 1 / 12;

/** Looks at consecutive pictures of a video. */
export class CombFinder {
  #earlier: Luma | undefined;
  #middle: Luma | undefined;
  #moving = 0;
  readonly #combed: Record<FirstField, number> = { top: 0, bottom: 0 };

  /** Whether enough has been seen: further pictures change nothing. */
  get isDone(): boolean {
    return this.#moving >= PICTURES;
  }

  /** Looks at the next picture. */
  add(later: Luma): void {
    const [earlier, middle] = [this.#earlier, this.#middle];
    this.#earlier = middle;
    this.#middle = later;
    if (this.isDone || !earlier || !middle || !isAlike(earlier, middle) || !isAlike(middle, later)) return;
    const { changed, top, bottom } = passages(earlier, middle, later);
    const pixels = middle.plane.length;
    if (changed < LEAST_MOVING * pixels) return;
    this.#moving++;
    const least = Math.max(LEAST_PIXELS, LEAST_COMBED * pixels);
    if (top >= least && top >= CLEARLY * bottom) this.#combed.top++;
    if (bottom >= least && bottom >= CLEARLY * top) this.#combed.bottom++;
  }

  /** The field that is shown first, where the pictures are combed beyond doubt; else `undefined`. */
  get firstField(): FirstField | undefined {
    const { top, bottom } = this.#combed;
    const [more, less, field] =
      top >= bottom ? ([top, bottom, 'top'] as const) : ([bottom, top, 'bottom'] as const);
    return more >= 2 && less === 0 && more >= LEAST_PICTURES * this.#moving ? field : undefined;
  }
}

function isAlike(one: Luma, other: Luma): boolean {
  return one.width === other.width && one.bits === other.bits && one.plane.length === other.plane.length;
}

/**
 * Counts the pixels of a picture that have changed since the one before, and those at which something passed between
 * two fields, the top or the bottom one shown first.
 */
function passages({ plane: before }: Luma, { plane, width, bits }: Luma, { plane: after }: Luma) {
  const least = LEAST_DIFFERENCE * 2 ** (bits - 8);
  const height = plane.length / width;
  let changed = 0;
  const first = [0, 0];
  for (let y = 1; y < height - 1; y++) {
    for (let at = y * width; at < (y + 1) * width; at++) {
      const own = plane[at]!;
      if (Math.abs(own - before[at]!) >= least) changed++;
      const above = own - plane[at - width]!;
      const below = own - plane[at + width]!;
      if (above * below < least * least) continue;
      const others = own - (above + below) / 2;
      const near = Math.abs(own - others) / 3;
      if (Math.abs(above - below) > near) continue;
      // The row's own field came first, or that of its neighbours.
      const isFirst = Math.abs(before[at]! - own) <= near;
      const [early, late] = isFirst ? [own, others] : [others, own];
      if (isAll(before, at, width, early, near) && isAll(after, at, width, late, near)) {
        first[isFirst ? y & 1 : 1 - (y & 1)]!++;
      }
    }
  }
  return { changed, top: first[0]!, bottom: first[1]! };
}

/** Whether a pixel, the one above and the one below are all near a value. */
function isAll(of: Plane, at: number, width: number, value: number, near: number): boolean {
  return (
    Math.abs(of[at]! - value) <= near &&
    Math.abs(of[at - width]! - value) <= near &&
    Math.abs(of[at + width]! - value) <= near
  );
}
