import { expect, test } from 'vitest';
import { decodeBfloat16, decodeFloat16, encodeBfloat16, encodeFloat16 } from './half-precision.ts';

const allBits = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);

function decodeAll(): Float32Array {
  const values = new Float32Array(65_536);
  decodeFloat16(allBits, values);
  return values;
}

test('every binary16 number survives a round trip', () => {
  const values = decodeAll();
  const back = encodeFloat16(values);
  for (let bits = 0; bits < 65_536; bits++) {
    if (Number.isNaN(values[bits]!)) expect(back[bits]! & 0x7fff).toBeGreaterThan(0x7c00);
    else if (back[bits] !== bits) expect(back[bits]).toBe(bits);
  }
});

test('known binary16 numbers', () => {
  const values = decodeAll();
  expect([values[0x3c00], values[0xc000], values[0x7bff], values[1], values[0x400]]).toEqual([
    1,
    -2,
    65504,
    2 ** -24,
    2 ** -14,
  ]);
  expect(Object.is(values[0x8000], -0)).toBe(true);
  expect(values[0xfc00]).toBe(-Infinity);
});

test('rounding is to the nearest, ties to even, between all neighbours', () => {
  const values = decodeAll();
  for (let bits = 0; bits < 0x7bff; bits++) {
    const low = values[bits]!;
    const high = values[bits + 1]!;
    const middle = (low + high) / 2; // exact in 32 bits
    const below = nextFloat(middle, -1);
    const above = nextFloat(middle, 1);
    const [atMiddle, atBelow, atAbove] = encodeFloat16(Float32Array.of(middle, below, above));
    const even = bits % 2 === 0 ? bits : bits + 1;
    if (atMiddle !== even || atBelow !== bits || atAbove !== bits + 1) {
      expect([atMiddle, atBelow, atAbove]).toEqual([even, bits, bits + 1]);
    }
  }
});

test('values outside the range of binary16', () => {
  const bits = encodeFloat16(Float32Array.of(65519.996, 65520, -1e9, 1e-9, Number.NaN, -Infinity));
  expect([...bits]).toEqual([0x7bff, 0x7c00, 0xfc00, 0, 0x7e00, 0xfc00]);
});

test('every bfloat16 number survives a round trip; others go to the nearest, ties to even', () => {
  const values = new Float32Array(65_536);
  decodeBfloat16(allBits, values);
  const back = encodeBfloat16(values);
  for (let bits = 0; bits < 65_536; bits++) {
    if (Number.isNaN(values[bits]!)) expect(back[bits]! & 0x7fff).toBeGreaterThan(0x7f80);
    else if (back[bits] !== bits) expect(back[bits]).toBe(bits);
  }
  const step = 2 ** -7;
  const between = [1 + step / 2, 1 + 1.5 * step, 1 + 0.51 * step, -(1 + step / 2), 3.4e38];
  expect([...encodeBfloat16(Float32Array.from(between))]).toEqual([0x3f80, 0x3f82, 0x3f81, 0xbf80, 0x7f80]);
});

test('bfloat16 is the upper half of a 32-bit float', () => {
  const values = new Float32Array(4);
  decodeBfloat16(Uint16Array.of(0x3f80, 0xc049, 0x7f80), values, 1);
  expect([...values]).toEqual([0, 1, -3.140625, Infinity]);
});

function nextFloat(value: number, direction: number): number {
  const words = new Int32Array(1);
  const floats = new Float32Array(words.buffer);
  floats[0] = value;
  words[0]! += direction;
  return floats[0];
}
