/**
 * @file Skips the coded blocks of a JPEG's scans one by one (ITU-T T.81, F.2.2 and G.1.2), to find where their bits
 * end; the picture is not decoded.
 */

import type { CodeReader, HuffmanTable } from './jpeg-huffman.ts';

/** Skips one block of a component. Returns `false` for bits that are invalid in this kind of scan. */
export type BlockReader = (bits: CodeReader, component: ScanComponent, block: number) => boolean;

/** What a scan needs to know of a component. */
export interface ScanComponent {
  readonly dc: HuffmanTable | undefined;
  readonly ac: HuffmanTable | undefined;
  /** Which frequencies of which block are not zero so far, a bit each: two numbers a block. Progressive files only. */
  readonly nonzero: Uint32Array;
}

/** Which frequencies of a progressive file a scan brings, and down to which bit; `high` is 0 for the first time. */
export interface ScanBand {
  readonly first: number;
  readonly last: number;
  readonly high: number;
}

/** A block of a sequential scan: the mean's difference, then runs of zeros and values. */
export const sequentialBlock: BlockReader = (bits, { dc, ac }) => {
  if (!firstMean(bits, dc!)) return false;
  for (let k = 1; k < 64; k++) {
    const symbol = bits.symbol(ac!);
    if (symbol < 0) return false;
    const size = symbol & 15;
    if (size === 0 && symbol !== ZERO_RUN) break;
    k += symbol >> 4;
    bits.skip(size);
  }
  return true;
};

/** Sixteen zeros. */
const ZERO_RUN = 0xf0;

function firstMean(bits: CodeReader, dc: HuffmanTable): boolean {
  const size = bits.symbol(dc);
  bits.skip(size);
  return size >= 0;
}

/** The blocks of a progressive scan. For each piece between restarts a new one is made. */
export function progressiveBlock({ first, last, high }: ScanBand): BlockReader {
  if (first === 0) {
    if (high === 0) return (bits, { dc }) => firstMean(bits, dc!);
    return (bits) => {
      bits.skip(1);
      return true;
    };
  }
  return high === 0 ? firstBand(first, last) : refinedBand(first, last);
}

/** How many blocks, this one counted, end here: the rest of the band is zero, or brings nothing new, in all of them. */
function endRun(bits: CodeReader, symbol: number): number {
  const size = symbol >> 4;
  return 2 ** size + bits.bits(size);
}

function firstBand(first: number, last: number): BlockReader {
  let ended = 0;
  return (bits, { ac, nonzero }, block) => {
    if (ended > 0) {
      ended--;
      return true;
    }
    for (let k = first; k <= last; k++) {
      const symbol = bits.symbol(ac!);
      if (symbol < 0) return false;
      const size = symbol & 15;
      if (size === 0 && symbol !== ZERO_RUN) {
        ended = endRun(bits, symbol) - 1;
        break;
      }
      k += symbol >> 4;
      bits.skip(size);
      if (size > 0 && k < 64) mark(nonzero, block, k);
    }
    return true;
  };
}

/** Every frequency that is not zero has one more bit; of the others some begin. */
function refinedBand(first: number, last: number): BlockReader {
  let ended = 0;
  return (bits, { ac, nonzero }, block) => {
    let k = first;
    while (ended === 0 && k <= last) {
      const symbol = bits.symbol(ac!);
      if (symbol < 0) return false;
      const begins = (symbol & 15) > 0;
      if (begins) bits.skip(1);
      else if (symbol !== ZERO_RUN) {
        ended = endRun(bits, symbol);
        break;
      }
      let zeros = symbol >> 4;
      for (; k <= last; k++) {
        if (isMarked(nonzero, block, k)) bits.skip(1);
        else if (zeros-- === 0) break;
      }
      if (begins && k <= last) mark(nonzero, block, k);
      k++;
    }
    if (ended > 0) {
      for (; k <= last; k++) if (isMarked(nonzero, block, k)) bits.skip(1);
      ended--;
    }
    return true;
  };
}

function mark(nonzero: Uint32Array, block: number, k: number): void {
  nonzero[2 * block + (k >> 5)]! |= 1 << (k & 31);
}

function isMarked(nonzero: Uint32Array, block: number, k: number): boolean {
  return ((nonzero[2 * block + (k >> 5)]! >> (k & 31)) & 1) === 1;
}
