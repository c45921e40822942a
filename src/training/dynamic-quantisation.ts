/** @file 8-bit numbers for moments: dynamic quantisation in blocks (Dettmers et al. 2021, arXiv 2110.02861, Sec. 2). */
import { type Shape, sizeOf } from '../graph/host-tensor.ts';

/**
 * Number of values that share a scale. The paper uses 2 048; in smaller blocks an outlier has fewer neighbours to
 * spoil, and at 256 the scales add only 0.016 bytes to each value.
 */
export const blockSize = 256;

/** The values in [−1, 1] that 256 codes stand for, and how to find the nearest one. */
export interface QuantisationMap {
  /** The value of each code, ascending. */
  readonly values: Float32Array;
  /** For each code, the least number that belongs to the next one: mostly the midpoint between both. */
  readonly boundaries: Float32Array;
  /** The code of 0. */
  readonly zero: number;
  /** By the upper 16 bits of an f32 number: the code of the lowest number with these bits. */
  readonly lowest: Uint8Array;
}

/** Dynamic tree quantisation with a sign, for first moments. */
export const signedMap = quantisationMap(true);

/**
 * Dynamic quantisation without a sign, whose bit is one more of the fraction: for second moments. Since steps are
 * divided by their roots, no positive number becomes 0, however small.
 */
export const unsignedMap = quantisationMap(false);

/**
 * The dynamic map. After the sign, if there is one, `e` zeros and a 1 stand for the decade 10⁻ᵉ, `e` from 0 to 6. The
 * remaining bits choose one of equal intervals of [0.1, 1], whose middle is multiplied by 10⁻ᵉ. The two codes that are
 * left are 0 and 1.
 */
function quantisationMap(signed: boolean): QuantisationMap {
  const magnitudes: number[] = [];
  for (let e = 0; e <= 6; e++) {
    const intervals = 2 ** ((signed ? 6 : 7) - e);
    for (let i = 0; i < intervals; i++) magnitudes.push(10 ** -e * (0.1 + (0.9 * (i + 0.5)) / intervals));
  }
  const negative = signed ? magnitudes.map((value) => -value) : [];
  const values = Float32Array.from([...negative, 0, ...magnitudes, 1]).sort();
  const boundaries = values.map((value, i) => (i === 255 ? Infinity : (value + values[i + 1]!) / 2));
  if (!signed) boundaries[0] = 2 ** -149;
  const bits = new Uint32Array(1);
  const number = new Float32Array(bits.buffer);
  const lowest = Uint8Array.from({ length: 2 ** 16 }, (_, upper) => {
    // Of negative numbers, the lowest has the largest magnitude.
    bits[0] = (upper << 16) | (upper >= 2 ** 15 ? 0xffff : 0);
    return boundaries.findIndex((boundary) => !(number[0]! >= boundary));
  });
  return { values, boundaries, zero: values.indexOf(0), lowest };
}

/** A tensor in 8 bits: each value is that of its code times the scale of its block. */
export interface QuantisedTensor {
  readonly shape: Shape;
  readonly codes: Uint8Array;
  /** Largest magnitude of each block of `blockSize` codes. */
  readonly scales: Float32Array;
}

/** Number of blocks of a tensor with this many values. */
export function blockCount(size: number): number {
  return Math.ceil(size / blockSize);
}

/** A tensor of zeros. */
export function quantisedZeros(shape: Shape, map: QuantisationMap): QuantisedTensor {
  const size = sizeOf(shape);
  return { shape, codes: new Uint8Array(size).fill(map.zero), scales: new Float32Array(blockCount(size)) };
}

const normalised = new Float32Array(blockSize);
const normalisedBits = new Int32Array(normalised.buffer);

/**
 * Stores the first `count` of `values`, whose largest magnitude is `largest`, as block `block` of a tensor: each as the
 * nearest code.
 */
export function quantiseBlock(
  values: Float32Array,
  count: number,
  largest: number,
  { codes, scales }: QuantisedTensor,
  block: number,
  { boundaries, lowest, zero }: QuantisationMap,
): void {
  const start = block * blockSize;
  scales[block] = largest;
  const scale = scales[block]!;
  if (scale === 0) {
    codes.fill(zero, start, start + count);
    return;
  }
  const inverse = 1 / scale;
  for (let i = 0; i < count; i++) normalised[i] = values[i]! * inverse;
  for (let i = 0; i < count; i++) {
    // Numbers with the same upper bits lie closer together than boundaries do: at most one boundary is among them.
    const low = lowest[normalisedBits[i]! >>> 16]!;
    codes[start + i] = low + Number(normalised[i]! >= boundaries[low]!);
  }
}
