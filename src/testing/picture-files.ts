/** @file Builds picture files byte by byte for tests: PNG and TIFF of any kind, and colour profiles. */

import { crc32, deflateSync } from 'node:zlib';

/** A PNG chunk's type and content. */
export type PngChunk = readonly [type: string, content: Buffer];

const u16 = (...values: number[]) => Buffer.concat(values.map((value) => Buffer.of(value >> 8, value & 255)));
const u32 = (...values: number[]) => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, 4 * at);
  return bytes;
};

/** Content of a PNG; `colourType` is 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGBA. */
export interface PngContent {
  readonly width: number;
  readonly bits: 1 | 2 | 4 | 8 | 16;
  readonly colourType: 0 | 2 | 3 | 4 | 6;
  /** One row of samples, each of `bits` bits. */
  readonly samples: readonly number[];
  /** Chunks between header and pixels. */
  readonly chunks?: readonly PngChunk[];
}

/** A PNG file of one row. */
export function pngFile({ width, bits, colourType, samples, chunks = [] }: PngContent): Buffer {
  const chunk = ([type, content]: PngChunk) => {
    const body = Buffer.concat([Buffer.from(type), content]);
    return Buffer.concat([u32(content.length), body, u32(crc32(body))]);
  };
  const binary = samples.map((sample) => sample.toString(2).padStart(bits, '0')).join('');
  const row = Buffer.from(
    (binary.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)),
  );
  const header = Buffer.concat([u32(width, 1), Buffer.of(bits, colourType, 0, 0, 0)]);
  const all: PngChunk[] = [
    ['IHDR', header],
    ...chunks,
    ['IDAT', deflateSync(Buffer.concat([Buffer.of(0), row]))],
    ['IEND', Buffer.alloc(0)],
  ];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...all.map(chunk)]);
}

/** The PNG chunk with a profile. */
export function iccChunk(profile: Uint8Array): PngChunk {
  return ['iCCP', Buffer.concat([Buffer.from('profile\0\0'), deflateSync(profile)])];
}

/** The chunk `gAMA` of an exponent for encoding, such as 1/2.2, or `cHRM` of white, red, green and blue as x and y. */
export function shareChunk(type: 'gAMA' | 'cHRM', ...shares: number[]): PngChunk {
  return [type, u32(...shares.map((share) => Math.round(share * 100_000)))];
}

/** An uncompressed TIFF file of one row of samples. `photometric`: 1 grey, 2 RGB. */
export function tiffFile(
  samples: readonly number[],
  {
    width,
    bits,
    photometric,
    profile,
  }: { width: number; bits: 8 | 16; photometric: 1 | 2; profile?: Buffer },
): Buffer {
  const data = bits === 8 ? Buffer.from(samples) : u16(...samples);
  const perPixel = samples.length / width;
  const short = (value: number) => u16(value, 0);
  const extra = perPixel === 2 || perPixel === 4;
  const entries: [tag: number, type: number, count: number, value: Buffer][] = [
    [256, 4, 1, u32(width)],
    [257, 4, 1, u32(1)],
    [258, 3, perPixel, u16(...Array<number>(perPixel).fill(bits))],
    [259, 3, 1, short(1)],
    [262, 3, 1, short(photometric)],
    [273, 4, 1, u32(8)],
    [277, 3, 1, short(perPixel)],
    [279, 4, 1, u32(data.length)],
    ...(extra ? [[338, 3, 1, short(2)] as [number, number, number, Buffer]] : []),
    ...(profile ? [[34_675, 7, profile.length, profile] as [number, number, number, Buffer]] : []),
  ];
  const directory = 8 + data.length + (data.length % 2);
  let outside = directory + 2 + 12 * entries.length + 4;
  const tails: Buffer[] = [];
  const fields = entries.map(([tag, type, count, value]) => {
    const head = Buffer.concat([u16(tag, type), u32(count)]);
    if (value.length <= 4) return Buffer.concat([head, value, Buffer.alloc(4 - value.length)]);
    const place = outside;
    tails.push(value, Buffer.alloc(value.length % 2));
    outside += value.length + (value.length % 2);
    return Buffer.concat([head, u32(place)]);
  });
  const start = Buffer.concat([Buffer.from('MM\0*'), u32(directory)]);
  return Buffer.concat([
    ...[start, data, Buffer.alloc(data.length % 2), u16(entries.length)],
    ...[...fields, u32(0), ...tails],
  ]);
}

/** Red, green and blue as X, Y, Z relative to D50, as the profiles of these spaces state them. */
export const PROFILE_COLOURS = {
  srgb: [0.43607, 0.22249, 0.01392, 0.38515, 0.71687, 0.09708, 0.14307, 0.06061, 0.7141],
  p3: [0.51512, 0.2412, -0.00105, 0.29198, 0.69225, 0.04189, 0.1571, 0.06657, 0.78407],
  adobe: [0.60974, 0.31111, 0.01947, 0.20528, 0.62567, 0.06087, 0.14919, 0.06322, 0.74457],
} as const;

/** sRGB's curve as the parameters of a profile's function: g, a, b, c, d. */
export const SRGB_PARAMETERS = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045] as const;

const fixed = (values: readonly number[]) => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [at, value] of values.entries()) bytes.writeInt32BE(Math.round(65_536 * value), 4 * at);
  return bytes;
};
const tagged = (type: string, ...content: Buffer[]) =>
  Buffer.concat([Buffer.from(`${type}\0\0\0\0`), ...content]);

/** A curve in a profile: a gamma, a table of 16-bit numbers, or five parameters. */
export type ProfileCurve =
  | number
  | { readonly table: readonly number[] }
  | { readonly parameters: readonly number[] };

function curveTag(curve: ProfileCurve): Buffer {
  if (typeof curve === 'number') return tagged('curv', u32(1), u16(Math.round(256 * curve), 0));
  if ('table' in curve) return tagged('curv', u32(curve.table.length), u16(...curve.table));
  return tagged('para', u16(3, 0), fixed(curve.parameters));
}

/** A display profile (ICC version 2) with primaries and a curve, or for grey with a curve only. */
export function iccProfile(colours: readonly number[] | 'grey', curve: ProfileCurve): Buffer {
  if (colours === 'grey') return profileOf('GRAY', [['kTRC', curveTag(curve)]]);
  const tags = ['r', 'g', 'b'].flatMap((name, index): [string, Buffer][] => [
    [`${name}XYZ`, tagged('XYZ ', fixed(colours.slice(3 * index, 3 * index + 3)))],
    [`${name}TRC`, curveTag(curve)],
  ]);
  return profileOf('RGB ', tags);
}

/** A linear display profile with these primaries, as a table of its eight corners instead of curves and a matrix. */
export function iccTableProfile(colours: readonly number[]): Buffer {
  const corners = Array.from({ length: 8 }, (_, corner) =>
    [0, 1, 2].map((axis) =>
      [4, 2, 1].reduce((sum, bit, index) => sum + (corner & bit ? colours[3 * index + axis]! : 0), 0),
    ),
  ).flat();
  const straight = [0, 65_535, 0, 65_535, 0, 65_535];
  const levels = corners.map((share) => Math.max(0, Math.round(32_768 * share)));
  const table = tagged(
    'mft2',
    Buffer.of(3, 3, 2, 0),
    fixed([1, 0, 0, 0, 1, 0, 0, 0, 1]),
    u16(2, 2, ...straight, ...levels, ...straight),
  );
  return profileOf('RGB ', [['A2B0', table]]);
}

function profileOf(space: 'RGB ' | 'GRAY', own: readonly [string, Buffer][]): Buffer {
  const tags: [string, Buffer][] = [
    ['desc', tagged('desc', u32(5), Buffer.from('test\0'), Buffer.alloc(78))],
    ['cprt', tagged('text', Buffer.from('none\0'))],
    ['wtpt', tagged('XYZ ', fixed([0.9642, 1, 0.8249]))],
    ...own,
  ];
  let end = 132 + 12 * tags.length;
  const table: Buffer[] = [];
  const contents: Buffer[] = [];
  for (const [name, content] of tags) {
    table.push(Buffer.concat([Buffer.from(name), u32(end, content.length)]));
    const padded = Buffer.concat([content, Buffer.alloc((4 - (content.length % 4)) % 4)]);
    contents.push(padded);
    end += padded.length;
  }
  const header = Buffer.alloc(128);
  header.writeUInt32BE(end, 0);
  header.writeUInt32BE(0x02400000, 8);
  header.write(`mntr${space}XYZ `, 12, 'latin1');
  header.write('acsp', 36, 'latin1');
  fixed([0.9642, 1, 0.8249]).copy(header, 68);
  return Buffer.concat([header, u32(tags.length), ...table, ...contents]);
}
