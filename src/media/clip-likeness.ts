/** @file Detects clips with nearly the same content, even if one is cut, resized or recompressed. */
import { THUMBNAIL_SIDE, type Thumbnail } from './frame-changes.ts';

/** Perceptual hash of a frame: 64 bits in two numbers. */
type Hash = readonly [number, number];

/** Fingerprint by which a clip is recognised. */
export interface ClipPrint {
  readonly thumbnails: readonly Thumbnail[];
  readonly hashes: readonly Hash[];
}

/** Computes a clip's fingerprint from the thumbnails of its frames. */
export function clipPrint(thumbnails: readonly Thumbnail[]): ClipPrint {
  return { thumbnails, hashes: thumbnails.map(differenceHash) };
}

/** Cells per side of a hash's grid. */
const grid = 8;

/**
 * Difference hash: whether each of 8×8 mean levels is darker than its right neighbour (wrapping around at the edge).
 */
function differenceHash(thumbnail: Thumbnail): Hash {
  const side = THUMBNAIL_SIDE / grid;
  const levels = new Float64Array(grid * grid);
  for (let y = 0; y < THUMBNAIL_SIDE; y++) {
    for (let x = 0; x < THUMBNAIL_SIDE; x++) {
      const at = 3 * (y * THUMBNAIL_SIDE + x);
      const cell = Math.floor(y / side) * grid + Math.floor(x / side);
      levels[cell]! += thumbnail[at]! + thumbnail[at + 1]! + thumbnail[at + 2]!;
    }
  }
  const half = (rows: number) => {
    let bits = 0;
    for (let cell = rows * grid; cell < (rows + grid / 2) * grid; cell++) {
      const right = cell - (cell % grid) + ((cell + 1) % grid);
      bits = (bits << 1) | (levels[cell]! < levels[right]! ? 1 : 0);
    }
    return bits;
  };
  return [half(0), half(grid / 2)];
}

function hashDistance(a: Hash, b: Hash): number {
  return bitCount(a[0] ^ b[0]) + bitCount(a[1] ^ b[1]);
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits >>> 0; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Number of frames of the shorter clip that are searched for in the longer one. */
const samples = 8;
/** Number of frames with the nearest hashes that are compared pixel by pixel; a hash alone confuses similar rooms. */
const candidates = 3;
/** Two thumbnails match if 95 % of their pixels differ by less than this many levels. */
const alikeLevel = 8;

/**
 * Fraction of the shorter clip, 0 to 1, that also occurs in the other. Different clips of the same rooms, people or
 * objects stay below one half.
 */
export function likeness(one: ClipPrint, other: ClipPrint): number {
  const [shorter, longer] = one.hashes.length <= other.hashes.length ? [one, other] : [other, one];
  const count = Math.min(samples, shorter.hashes.length);
  let found = 0;
  for (let i = 0; i < count; i++) {
    const frame = Math.round((i * (shorter.hashes.length - 1)) / Math.max(1, count - 1));
    const nearest = longer.hashes
      .map((hash, at) => ({ at, distance: hashDistance(hash, shorter.hashes[frame]!) }))
      .sort((a, b) => a.distance - b.distance)
      .slice(0, candidates);
    if (nearest.some(({ at }) => areAlike(shorter.thumbnails[frame]!, longer.thumbnails[at]!))) found++;
  }
  return count === 0 ? 0 : found / count;
}

function areAlike(a: Thumbnail, b: Thumbnail): boolean {
  const pixels = a.length / 3;
  let different = 0;
  for (let at = 0; at < a.length; at += 3) {
    const sum =
      Math.abs(a[at]! - b[at]!) + Math.abs(a[at + 1]! - b[at + 1]!) + Math.abs(a[at + 2]! - b[at + 2]!);
    if (sum > 3 * alikeLevel) different++;
  }
  return different <= 0.05 * pixels;
}
