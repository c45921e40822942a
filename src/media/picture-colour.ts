/** @file Reads the colour space that PNG and AVIF files state outside a colour profile. */

import type { FileHandle } from 'node:fs/promises';
import { withUserFile } from '../checkpoints/user-file.ts';
import {
  type ColourSpace,
  type Curve,
  type Primaries,
  primariesToSrgb,
  SRGB,
  SRGB_PRIMARIES,
  srgbLight,
} from './colour-space.ts';
import type { HdrTransfer } from './hdr.ts';
import { refuseMedia } from './refuse-media.ts';

/**
 * The colour space that a picture file states without a profile: in the chunks `cICP`, or `gAMA` and `cHRM`, of a PNG,
 * or the `nclx` box of an AVIF. {@link SRGB} if it is sRGB or close to it; `undefined` if nothing is stated, or if a
 * profile takes precedence as the formats require. `source` is the path, or the file's bytes for formats that state
 * nothing.
 */
export async function statedColourSpace(source: string | Buffer): Promise<ColourSpace | undefined> {
  if (typeof source !== 'string') return undefined;
  return withUserFile(source, refuseMedia('picture', source), async (file) => {
    const head = await bytesAt(file, 0, 12);
    if (head.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n') return pngColourSpace(file);
    if (head.toString('latin1', 4, 8) === 'ftyp') return avifColourSpace(await bytesAt(file, 0, 65_536));
    return undefined;
  });
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

async function pngColourSpace(file: FileHandle): Promise<ColourSpace | undefined> {
  const chunks = new Map<string, Buffer>();
  // A file may have many chunks before its pixels; those for colour come early.
  for (let at = 8, count = 0; count < 1000; count++) {
    const head = await bytesAt(file, at, 8 + 32);
    if (head.length < 8) break;
    const [length, type] = [head.readUInt32BE(0), head.toString('latin1', 4, 8)];
    if (type === 'IDAT') break;
    if (!chunks.has(type)) chunks.set(type, head.subarray(8, 8 + Math.min(length, 32)));
    at += length + 12;
  }
  const [stated, gamma, chromaticities] = [chunks.get('cICP'), chunks.get('gAMA'), chunks.get('cHRM')];
  if (stated && stated.length >= 4 && stated[2] === 0) {
    const coded = codedColourSpace(stated[0]!, stated[1]!, stated[3] === 1);
    if (coded) return coded;
  }
  if (chunks.has('iCCP')) return undefined;
  if (chunks.has('sRGB')) return SRGB;
  const exponent = gamma && gamma.length >= 4 ? 100_000 / gamma.readUInt32BE(0) : 0;
  const primaries = chromaticities && chromaticities.length >= 32 ? pngPrimaries(chromaticities) : undefined;
  // The sRGB curve is stored as 1/2.2. Values that differ by less than a twentieth count as sRGB, as in libpng.
  const curve =
    exponent === 0 || Math.abs(exponent / 2.2 - 1) < 0.05 ? srgbLight : (x: number) => x ** exponent;
  return colourSpace(primaries ?? SRGB_PRIMARIES, Number.isFinite(exponent) ? curve : srgbLight);
}

/** The content of `cHRM`: white, red, green, blue, in units of 1/100 000. */
function pngPrimaries(content: Buffer): Primaries {
  const point = (index: number) =>
    [content.readUInt32BE(8 * index) / 100_000, content.readUInt32BE(8 * index + 4) / 100_000] as const;
  return [point(1), point(2), point(3), point(0)];
}

function colourSpace(primaries: Primaries, light: Curve | HdrTransfer): ColourSpace | undefined {
  const near = primaries.every((point, index) =>
    point.every((share, axis) => Math.abs(share - SRGB_PRIMARIES[index]![axis]!) < 0.002),
  );
  if (near && light === srgbLight) return SRGB;
  if (primaries.some(([, y]) => y === 0)) return undefined;
  try {
    return {
      toSrgb: primariesToSrgb(primaries),
      light: typeof light === 'string' ? light : [light, light, light],
    };
  } catch {
    return undefined; // Degenerate primaries are ignored.
  }
}

const D65 = SRGB_PRIMARIES[3];

/** Primaries by their code points in ITU-T H.273. */
const CODED_PRIMARIES: Readonly<Record<number, Primaries>> = {
  1: SRGB_PRIMARIES,
  2: SRGB_PRIMARIES,
  4: [
    [0.67, 0.33],
    [0.21, 0.71],
    [0.14, 0.08],
    [0.31, 0.316],
  ],
  5: [[0.64, 0.33], [0.29, 0.6], [0.15, 0.06], D65],
  6: [[0.63, 0.34], [0.31, 0.595], [0.155, 0.07], D65],
  7: [[0.63, 0.34], [0.31, 0.595], [0.155, 0.07], D65],
  9: [[0.708, 0.292], [0.17, 0.797], [0.131, 0.046], D65],
  11: [
    [0.68, 0.32],
    [0.265, 0.69],
    [0.15, 0.06],
    [0.314, 0.351],
  ],
  12: [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06], D65],
};

/** Transfer functions by their code points in ITU-T H.273; those of television are treated as sRGB's. */
const CODED_TRANSFERS: Readonly<Record<number, Curve | HdrTransfer>> = {
  ...Object.fromEntries([1, 2, 6, 13, 14, 15].map((code) => [code, srgbLight])),
  4: (signal) => signal ** 2.2,
  5: (signal) => signal ** 2.8,
  8: (signal) => signal,
  16: 'pq',
  18: 'hlg',
};

function codedColourSpace(primaries: number, transfer: number, fullRange: boolean): ColourSpace | undefined {
  const [known, light] = [CODED_PRIMARIES[primaries], CODED_TRANSFERS[transfer]];
  if (!known || !light) return undefined;
  if (fullRange || typeof light === 'string') return colourSpace(known, light);
  return colourSpace(known, (signal) => light(Math.min(1, Math.max(0, (255 * signal - 16) / 219))));
}

function avifColourSpace(bytes: Buffer): ColourSpace | undefined {
  const meta = box(bytes, 'meta');
  const properties = meta && box(meta.subarray(4), 'iprp');
  const container = properties && box(properties, 'ipco');
  const stated = container && boxes(container).filter(({ type }) => type === 'colr');
  if (!stated || stated.some(({ content }) => content.toString('latin1', 0, 4) !== 'nclx')) return undefined;
  const content = stated[0]?.content;
  if (!content || content.length < 10) return undefined;
  // The range applies to the coded planes, which the decoder has expanded to full range.
  return codedColourSpace(content.readUInt16BE(4), content.readUInt16BE(6), true);
}

function box(bytes: Buffer, wanted: string): Buffer | undefined {
  return boxes(bytes).find(({ type }) => type === wanted)?.content;
}

/** Splits bytes into consecutive boxes (ISO/IEC 14496-12). */
function boxes(bytes: Buffer): { type: string; content: Buffer }[] {
  const found: { type: string; content: Buffer }[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    if (size < 8) break;
    found.push({
      type: bytes.toString('latin1', at + 4, at + 8),
      content: bytes.subarray(at + 8, at + size),
    });
    at += size;
  }
  return found;
}
