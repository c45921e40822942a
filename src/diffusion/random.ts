/**
 * @file Reproducible randomness. Every draw is a function of a seed and a path such as `'noise', step`, never of what was
 * drawn before elsewhere: a resumed training draws exactly what the uninterrupted one would have drawn. Runs anywhere.
 */

import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** Random numbers in a fixed order. Two streams of the same seed and path give the same numbers. */
export interface RandomStream {
  /** A number of [0, 1), evenly distributed, with 53 random bits. */
  uniform(): number;
  /** A whole number from 0 to `n` − 1, each exactly as likely. Throws `RangeError` unless 1 ≤ n ≤ 2⁵³. */
  integer(n: number): number;
  /** A number of the normal distribution with mean 0 and standard deviation 1. */
  normal(): number;
  /** The next `count` numbers that `normal` would give. */
  normals(count: number): Float32Array;
  /** The numbers 0 to `n` − 1 in random order, each order as likely (Fisher–Yates). */
  shuffle(n: number): number[];
}

/**
 * The stream of a seed and a path of names and numbers: `randomStream(seed, 'timestep', step)`. Other seeds and paths give
 * streams that have nothing to do with it. Throws `RangeError` when the seed is no whole number of at most 53 bits.
 */
export function randomStream(seed: number, ...path: (string | number)[]): RandomStream {
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`the seed is ${seed}; give a whole number between -(2^53 - 1) and 2^53 - 1`);
  }
  const generator = xoroshiro128plusFromState(hash128(JSON.stringify([seed, ...path])));
  // Sums of xoroshiro128+ have weak lowest bits: 27 and 26 upper bits of two draws make one number.
  const uniform = () => {
    const high = generator.next() >>> 5;
    const low = generator.next() >>> 6;
    return (high * 2 ** 26 + low) * 2 ** -53;
  };

  // Box & Muller 1958: two normal numbers from two even ones; the second waits for the next call.
  let waiting: number | undefined;
  const normal = () => {
    if (waiting !== undefined) {
      const value = waiting;
      waiting = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    waiting = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };

  const integer = (n: number) => {
    if (!Number.isSafeInteger(n - 1) || n < 1) {
      throw new RangeError(`a random whole number below ${n}; give a whole number from 1 to 2^53`);
    }
    // Draws beyond the largest multiple of n would favour the small numbers: draw again.
    const limit = 2 ** 53 - (2 ** 53 % n);
    for (;;) {
      const draw = uniform() * 2 ** 53;
      if (draw < limit) return draw % n;
    }
  };

  return {
    uniform,
    integer,
    normal,
    normals: (count) => {
      const values = new Float32Array(count);
      for (let i = 0; i < count; i++) values[i] = normal();
      return values;
    },
    shuffle: (n) => {
      const order = Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = integer(i + 1);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order;
    },
  };
}

/**
 * 128 bits that stand for a text: four 32-bit lanes, each with its own odd multiplier, that take in every character and
 * then each other, finished with MurmurHash3's mixer (public domain, Appleby). No secret depends on it.
 */
function hash128(text: string): [number, number, number, number] {
  const lanes: [number, number, number, number] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x6a09e667];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    for (let lane = 0; lane < 4; lane++) {
      const mixed = Math.imul(lanes[lane]! ^ code, MULTIPLIERS[lane]!);
      lanes[lane] = mixed ^ (mixed >>> 15);
    }
  }
  for (let round = 0; round < 2; round++) {
    for (let lane = 0; lane < 4; lane++) {
      lanes[lane] = finish(lanes[lane]! + Math.imul(lanes[(lane + 1) % 4]!, 0x2c1b3c6d) + text.length + lane);
    }
  }
  if (lanes.every((lane) => lane === 0)) lanes[0] = 1; // the one state that the generator cannot leave
  return lanes;
}

const MULTIPLIERS = [0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f, 0x165667b1] as const;

function finish(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return word ^ (word >>> 16);
}
