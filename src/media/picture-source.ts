/**
 * @file Opens picture files: recognises the format by the first bytes, and repairs or refuses files before decoding.
 */

import { extname } from 'node:path';
import { readUserFile, withUserFile } from '../checkpoints/user-file.ts';
import { MediaError } from '../errors.ts';
import { jpegDataFault } from './jpeg-data.ts';
import { isJpeg, mendJpeg, unreadJpegKind } from './jpeg-markers.ts';
import { COPY_AGAIN, refuseMedia } from './refuse-media.ts';

/**
 * What is to be decoded for a picture file: its path, or, of a JPEG, its bytes without the slips that viewers forgive.
 * Throws `MediaError` when it cannot be opened, is of a kind that is not read and that its first bytes tell, or is a
 * JPEG whose data does not reach to the picture's end.
 */
export async function pictureSource(path: string): Promise<string | Buffer> {
  const head = await headOf(path);
  const kind = unreadKind(head) ?? rawKind(path, head);
  if (kind === 'HEIC') throw heicError(path);
  if (kind) throw unreadError(path, kind);
  if (!isJpeg(head)) return path;
  const bytes = await readUserFile(path, refuseMedia('picture', path));
  const jpeg = unreadJpegKind(bytes);
  if (jpeg) throw unreadError(path, `a JPEG ${jpeg}`);
  const mended = mendJpeg(bytes);
  const fault = jpegDataFault(mended);
  if (fault) throw new MediaError({ found: `picture "${path}" is damaged (${fault})`, advice: COPY_AGAIN });
  return Buffer.from(mended);
}

function unreadError(path: string, kind: string): MediaError {
  return new MediaError({
    found: `picture "${path}" is ${kind}, which is not read`,
    advice: 'Save it as PNG or as a usual JPEG.',
  });
}

/** The error for a picture in HEIC, or in another codec that HEIF files may contain. */
export function heicError(path: string, cause?: unknown): MediaError {
  return new MediaError(
    {
      found: `picture "${path}" is HEIC, the format of phones, which is not read`,
      advice:
        'Save it as JPEG or PNG: export it from Photos or Preview, run "heif-convert IN.heic OUT.png", or let the ' +
        'phone take JPEG (iPhone: Settings, Camera, Formats, Most Compatible).',
    },
    { cause },
  );
}

/** Brands of HEIF files with H.265 pictures: stills, sequences, several layers. */
const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs'];
const AVIF_BRANDS = ['avif', 'avis'];

/** First bytes of unsupported formats that users may expect to be supported. */
const OTHER_KINDS: readonly (readonly [kind: string, beginning: string])[] = [
  ['JPEG XL', '\xff\x0a'],
  ['JPEG XL', '\0\0\0\x0cJXL '],
  ['JPEG 2000', '\0\0\0\x0cjP  '],
  ['JPEG 2000', '\xff\x4f\xff\x51'],
  ['BMP', 'BM'],
  ['an icon (ICO)', '\0\0\x01\0'],
  ['a Photoshop document (PSD)', '8BPS'],
  ['OpenEXR', '\x76\x2f\x31\x01'],
  ['Radiance HDR', '#?RADIANCE'],
  ['JPEG XR', 'II\xbc'],
  ['a PDF document', '%PDF'],
  ['WebM or Matroska video', '\x1a\x45\xdf\xa3'],
];

/** The name of an unsupported format, recognised by its first bytes; `undefined` for all others. */
function unreadKind(head: Buffer): string | undefined {
  const text = head.toString('latin1');
  if (text.slice(4, 8) === 'ftyp') {
    const brands: readonly string[] = text.slice(8, Math.max(12, head.readUInt32BE(0))).match(/.{4}/gs) ?? [];
    if (AVIF_BRANDS.some((brand) => brands.includes(brand))) return undefined;
    if (HEIC_BRANDS.some((brand) => brands.includes(brand))) return 'HEIC';
    return brands.includes('mif1') ? undefined : 'a video';
  }
  return OTHER_KINDS.find(([, beginning]) => text.startsWith(beginning))?.[0];
}

/** Extensions of camera raw formats based on TIFF; decoded as TIFF they would give their small preview. */
const RAW_ENDINGS = ['.dng', '.nef', '.nrw', '.cr2', '.arw', '.sr2', '.pef', '.srw', '.3fr', '.iiq', '.erf'];

function rawKind(path: string, head: Buffer): string | undefined {
  const isTiff = /^(II\*\0|MM\0\*)/.test(head.toString('latin1', 0, 4));
  const isRaw = isTiff && RAW_ENDINGS.includes(extname(path).toLowerCase());
  return isRaw ? "a camera's raw file" : undefined;
}

async function headOf(path: string): Promise<Buffer> {
  return withUserFile(path, refuseMedia('picture', path), async (file) => {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(128), 0, 128, 0);
    return buffer.subarray(0, bytesRead);
  });
}
