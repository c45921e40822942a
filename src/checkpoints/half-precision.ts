/** @file Conversion between half-precision (IEEE 754 binary16 `F16`, bfloat16 `BF16`) and 32-bit floats. */

let float16Table: Float32Array | undefined;

/** The 65 536 binary16 values as 32-bit floats, by bit pattern; created on first use (256 KiB). */
function tableOfFloat16(): Float32Array {
  if (float16Table) return float16Table;
  const table = new Float32Array(65_536);
  for (let bits = 0; bits < 65_536; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    if (exponent === 31) table[bits] = fraction === 0 ? sign * Infinity : Number.NaN;
    else if (exponent === 0) table[bits] = sign * fraction * 2 ** -24;
    else table[bits] = sign * (1024 + fraction) * 2 ** (exponent - 25);
  }
  float16Table = table;
  return table;
}

/** Converts binary16 `bits` to 32-bit floats in `target`, starting at element `at`. Exact. */
export function decodeFloat16(bits: Uint16Array, target: Float32Array, at = 0): void {
  const table = tableOfFloat16();
  for (let i = 0; i < bits.length; i++) target[at + i] = table[bits[i]!]!;
}

/** Converts bfloat16 `bits` to 32-bit floats in `target`, starting at element `at`. Exact. */
export function decodeBfloat16(bits: Uint16Array, target: Float32Array, at = 0): void {
  const words = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let i = 0; i < bits.length; i++) words[at + i] = bits[i]! << 16;
}

/**
 * The binary16 bit patterns of `values`, rounded to nearest, ties to even (IEEE 754). Values beyond ±65 519.99 become
 * ±∞; NaN stays NaN.
 */
export function encodeFloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const result = new Uint16Array(values.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    result[i] = sign | float16Magnitude(magnitude);
  }
  return result;
}

/** The bfloat16 bit patterns of `values`, rounded to nearest, ties to even; NaN stays NaN. */
export function encodeBfloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const result = new Uint16Array(values.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const notANumber = (word & 0x7fffffff) > 0x7f800000;
    result[i] = notANumber ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return result;
}

/** The binary16 bits of a non-negative 32-bit float, given by its bits. */
function float16Magnitude(magnitude: number): number {
  if (magnitude > 0x7f800000) return 0x7e00; // NaN
  if (magnitude >= 0x477ff000) return 0x7c00; // 65 520 and more round to infinity
  if (magnitude >= 0x38800000) {
    // A normal number: drop 13 bits, half to even, and move the exponent's bias from 127 to 15.
    const odd = (magnitude >>> 13) & 1;
    return (magnitude - 0x38000000 + 0xfff + odd) >>> 13;
  }
  if (magnitude < 0x33000000) return 0; // below half of the smallest subnormal
  const exponent = magnitude >>> 23;
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const shift = 126 - exponent; // 14 … 24: the value is fraction · 2^(exponent-150), a unit is 2^-24
  const kept = fraction >>> shift;
  const rest = fraction & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}
