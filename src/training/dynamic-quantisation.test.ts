import { describe, expect, test } from 'vitest';
import { randomStream } from '../diffusion/random.ts';
import {
  blockCount,
  blockSize,
  type QuantisationMap,
  quantiseBlock,
  quantisedZeros,
  signedMap,
  unsignedMap,
} from './dynamic-quantisation.ts';

/** The value of eight bits, read one by one as the paper describes them: sign, zeros, a one, fraction. */
function valueOfBits(bits: string, signed: boolean): number {
  const sign = signed && bits[0] === '1' ? -1 : 1;
  const [, zeros, fraction] = /^(0*)1(.*)$/.exec(signed ? bits.slice(1) : bits)!;
  // Without a sign, the last bit always belongs to the fraction.
  const width = fraction!.length;
  const part = width === 0 ? 0 : Number.parseInt(fraction!, 2);
  return sign * 10 ** -zeros!.length * (0.1 + (0.9 * (part + 0.5)) / 2 ** width);
}

const allBits = Array.from({ length: 256 }, (_, i) => i.toString(2).padStart(8, '0'));

describe.each([
  ['signed', signedMap, (bits: string) => /1/.test(bits.slice(1))],
  // A fraction of at least one bit.
  ['unsigned', unsignedMap, (bits: string) => /1./.test(bits)],
] as const)('the %s map', (name, map, isNumber) => {
  test('holds the number of each bit pattern, 0 and 1', () => {
    const numbers = allBits.filter(isNumber).map((bits) => valueOfBits(bits, name === 'signed'));
    expect(numbers).toHaveLength(254);
    const expected = [...numbers, 0, 1].sort((a, b) => a - b);
    expect(map.values).toHaveLength(256);
    for (const [code, value] of expected.entries()) {
      expect(Math.abs(map.values[code]! - value)).toBeLessThanOrEqual(6e-8 * Math.abs(value));
    }
    expect(map.values[map.zero]).toBe(0);
  });

  test('stores every number of a block as the nearest one', () => {
    const { normals, uniform } = randomStream(1, 'numbers', name);
    // Squares that are not zero do not become 0.
    const allowed = name === 'signed' ? map.values : map.values.filter((value) => value > 0);
    for (let trial = 0; trial < 20; trial++) {
      // Every other time over many decades, so that all codes occur.
      const values = normals(blockSize).map((value) => value * 10 ** (-9 * uniform() * (trial % 2)));
      if (name === 'unsigned') for (const [i, value] of values.entries()) values[i] = Math.abs(value);
      const largest = Math.max(...values.map(Math.abs));
      const found = decoded(values, largest, map);
      const far = values.filter((value, i) => {
        const least = allowed.reduce(
          (least, each) => Math.min(least, Math.abs(each * largest - value)),
          Infinity,
        );
        return Math.abs(found[i]! - value) > least + 1e-6 * Math.max(Math.abs(value), Math.abs(found[i]!));
      });
      expect(far).toEqual(new Float32Array(0));
    }
  });
});

/** The values after they were stored in 8 bits. */
function decoded(values: Float32Array, largest: number, map: QuantisationMap): Float32Array {
  const tensor = quantisedZeros([values.length], map);
  quantiseBlock(values, values.length, largest, tensor, 0, map);
  return values.map((_, i) => map.values[tensor.codes[i]!]! * tensor.scales[0]!);
}

test('the largest number of a block is kept, and so are zeros and signs', () => {
  expect(decoded(Float32Array.of(3, 0, -0.003), 3, signedMap)).toEqual(
    Float32Array.of(3, 0, -3 * 1e-3 * (0.1 + (0.9 * 7.5) / 8)),
  );
  expect(decoded(Float32Array.of(0, 0), 0, signedMap)).toEqual(Float32Array.of(0, 0));
  // Too small to be a scale in f32.
  expect(decoded(Float32Array.of(0, 0), 1e-50, unsignedMap)).toEqual(Float32Array.of(0, 0));
});

test('of squares only zeros become 0', () => {
  const [one, tiny, none] = decoded(Float32Array.of(1, 1e-30, 0), 1, unsignedMap);
  expect([one, none]).toEqual([1, 0]);
  expect(tiny).toBeCloseTo(1e-6 * (0.1 + 0.9 / 4), 12);
});

test('the last block of a tensor may be shorter', () => {
  expect([1, blockSize, blockSize + 1].map(blockCount)).toEqual([1, 1, 2]);
  const tensor = quantisedZeros([2, blockSize / 2 + 1], signedMap);
  expect([tensor.codes.length, tensor.scales.length]).toEqual([blockSize + 2, 2]);
  quantiseBlock(Float32Array.of(5, -5, 99), 2, 5, tensor, 1, signedMap);
  expect(tensor.scales).toEqual(Float32Array.of(0, 5));
  expect(tensor.codes.slice(-3)).toEqual(Uint8Array.of(signedMap.zero, 255, 0));
});
