/**
 * @file Reproducible randomness. Every draw is a function of a seed and a path such as `'noise', step`, never of
 * earlier draws elsewhere, so a resumed training draws exactly what the uninterrupted one would have. Runs in any
 * JavaScript runtime.
 */

import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A reproducible sequence of random numbers. Two streams with the same seed and path give the same numbers. */
export interface RandomStream {
  /** A number uniformly distributed in [0, 1), with 53 random bits. */
  uniform(): number;
  /** An integer uniformly distributed from 0 to `n` − 1. Throws `RangeError` unless 1 ≤ n ≤ 2⁵³. */
  integer(n: number): number;
  /** A number from the standard normal distribution. */
  normal(): number;
  /** The next `count` results of `normal`. */
  normals(count: number): Float32Array;
  /** A uniformly random permutation of 0 to `n` − 1 (Fisher–Yates). */
  shuffle(n: number): number[];
}

/**
 * The stream for a seed and a path of names and numbers: `randomStream(seed, 'timestep', step)`. Streams with other
 * seeds or paths are independent of it. Throws `RangeError` unless the seed is a safe integer.
 */
export function randomStream(seed: number, ...path: (string | number)[]): RandomStream {
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`the seed is ${seed}; give a whole number between -(2^53 - 1) and 2^53 - 1`);
  }
  const generator = xoroshiro128plusFromState(hash128(JSON.stringify([seed, ...path])));
  // The lowest bits of xoroshiro128+ are weak: a number combines the upper 27 and 26 bits of two draws.
  const uniform = () => {
    const high = generator.next() >>> 5;
    const low = generator.next() >>> 6;
    return (high * 2 ** 26 + low) * 2 ** -53;
  };

  // Box & Muller 1958: two normal numbers from two uniform ones; the second is kept for the next call.
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
    // Draws beyond the largest multiple of n would favour small numbers, so they are rejected.
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
 * A 128-bit hash of a string: four 32-bit lanes, each with its own odd multiplier, that absorb every character and then
 * each other, finished with MurmurHash3's mixer (public domain, Appleby). Not cryptographic.
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
  if (lanes.every((lane) => lane === 0)) lanes[0] = 1; // the generator's only fixed point
  return lanes;
}

const MULTIPLIERS = [0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f, 0x165667b1] as const;

function finish(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return word ^ (word >>> 16);
}
