/** @file Embedded colour profiles (ICC.1) that consist of curves and a matrix. */

import { type ColourSpace, type Curve, d50ToSrgb } from './colour-space.ts';

/**
 * The colour space that a profile describes by three curves and a matrix or, for `grey` pictures, by one curve.
 * `undefined` for other profiles (tables, printing inks, a grey profile in a colour picture) and for invalid ones.
 */
export function iccColourSpace(profile: Uint8Array, grey: boolean): ColourSpace | undefined {
  const bytes = Buffer.from(profile.buffer, profile.byteOffset, profile.byteLength);
  if (bytes.length < 132 || bytes.toString('latin1', 36, 40) !== 'acsp') return undefined;
  const tags = iccTags(bytes);
  if (tags.has('A2B0') || bytes.toString('latin1', 20, 24) !== 'XYZ ') return undefined;
  if (bytes.toString('latin1', 16, 20) !== (grey ? 'GRAY' : 'RGB ')) return undefined;
  if (grey) {
    const curve = iccCurve(tags.get('kTRC'));
    return curve && { toSrgb: [1, 0, 0, 0, 1, 0, 0, 0, 1], light: [curve, curve, curve] };
  }
  const [red, green, blue] = ['rTRC', 'gTRC', 'bTRC'].map((tag) => iccCurve(tags.get(tag)));
  const [r, g, b] = ['rXYZ', 'gXYZ', 'bXYZ'].map((tag) => iccXyz(tags.get(tag)));
  if (!red || !green || !blue || !r || !g || !b) return undefined;
  const toXyz = [r[0], g[0], b[0], r[1], g[1], b[1], r[2], g[2], b[2]];
  return { toSrgb: d50ToSrgb(toXyz), light: [red, green, blue] };
}

function iccTags(bytes: Buffer): Map<string, Buffer> {
  const tags = new Map<string, Buffer>();
  const count = Math.min(bytes.readUInt32BE(128), 100);
  for (let at = 132; at < 132 + 12 * count && at + 12 <= bytes.length; at += 12) {
    const [offset, size] = [bytes.readUInt32BE(at + 4), bytes.readUInt32BE(at + 8)];
    if (offset + size <= bytes.length) {
      tags.set(bytes.toString('latin1', at, at + 4), bytes.subarray(offset, offset + size));
    }
  }
  return tags;
}

function iccXyz(tag: Buffer | undefined): [number, number, number] | undefined {
  if (!tag || tag.length < 20 || tag.toString('latin1', 0, 4) !== 'XYZ ') return undefined;
  return [fixed(tag, 8), fixed(tag, 12), fixed(tag, 16)];
}

/** A fixed-point number with 16 integer and 16 fractional bits. */
function fixed(tag: Buffer, at: number): number {
  return tag.readInt32BE(at) / 65_536;
}

function iccCurve(tag: Buffer | undefined): Curve | undefined {
  if (!tag || tag.length < 12) return undefined;
  const type = tag.toString('latin1', 0, 4);
  if (type === 'para') return parametricCurve(tag);
  if (type !== 'curv') return undefined;
  const count = tag.readUInt32BE(8);
  if (tag.length < 12 + 2 * count) return undefined;
  if (count === 0) return (signal) => signal;
  const entry = (index: number) => tag.readUInt16BE(12 + 2 * index);
  if (count === 1) return (signal) => signal ** (entry(0) / 256);
  return (signal) => {
    const place = signal * (count - 1);
    const below = Math.min(Math.floor(place), count - 2);
    return (entry(below) + (entry(below + 1) - entry(below)) * (place - below)) / 65_535;
  };
}

/** Number of parameters of each type of parametric curve. */
const PARAMETERS = [1, 3, 4, 5, 7];

/** `(a x + b)^g + e` from d on, and `c x + f` below; simpler types lack some of these parameters. */
function parametricCurve(tag: Buffer): Curve | undefined {
  const kind = tag.readUInt16BE(8);
  const count = PARAMETERS[kind];
  if (count === undefined || tag.length < 12 + 4 * count) return undefined;
  const [g = 1, a = 1, b = 0, ...rest] = Array.from({ length: count }, (_, index) =>
    fixed(tag, 12 + 4 * index),
  );
  const power = (x: number) => Math.max(0, a * x + b) ** g;
  if (kind === 0) return power;
  if (kind < 3) {
    const [e = 0] = rest;
    return (x) => (x >= -b / a ? power(x) + e : e);
  }
  const [c = 0, d = 0, e = 0, f = 0] = rest;
  return (x) => (x >= d ? power(x) + e : c * x + f);
}
