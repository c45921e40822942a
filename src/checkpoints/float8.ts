/**
 * @file 8-bit floats as PyTorch and safetensors store them: `F8_E4M3` (4 bits of exponent, 3 of fraction, no
 * infinities, up to ±448) and `F8_E5M2` (5 and 2, with infinities, up to ±57 344). Formats: Micikevicius et al. 2022,
 * "FP8 Formats for Deep Learning".
 */

import type { Float8 } from '../graph/host-tensor.ts';

const tables: Readonly<Record<Float8, Float32Array>> = {
  float8_e4m3fn: Float32Array.from({ length: 256 }, (_, bits) => {
    // Only the pattern of all ones is NaN; the largest exponent is otherwise an ordinary one.
    if ((bits & 0x7f) === 0x7f) return Number.NaN;
    return magnitude(bits & 0x7f, { fractionBits: 3, bias: 7 }) * signOf(bits);
  }),
  float8_e5m2: Float32Array.from({ length: 256 }, (_, bits) => {
    const exponent = (bits >> 2) & 31;
    if (exponent === 31) return (bits & 3) === 0 ? signOf(bits) * Infinity : Number.NaN;
    return magnitude(bits & 0x7f, { fractionBits: 2, bias: 15 }) * signOf(bits);
  }),
};

function signOf(bits: number): number {
  return bits & 0x80 ? -1 : 1;
}

function magnitude(bits: number, { fractionBits, bias }: { fractionBits: number; bias: number }): number {
  const one = 1 << fractionBits;
  const [exponent, fraction] = [bits >> fractionBits, bits & (one - 1)];
  return exponent === 0 ? (fraction / one) * 2 ** (1 - bias) : (1 + fraction / one) * 2 ** (exponent - bias);
}

/** Converts 8-bit floats `bits` to 32-bit floats in `target`, starting at element `at`. Exact. */
export function decodeFloat8(kind: Float8, bits: Uint8Array, target: Float32Array, at = 0): void {
  const table = tables[kind];
  for (let i = 0; i < bits.length; i++) target[at + i] = table[bits[i]!]!;
}
