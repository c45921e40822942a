/** @file Pictures on disk: any common format in; PNG, JPEG and WebP out. */

import { extname } from 'node:path';
import { writeAtomically } from '../checkpoints/atomic-write.ts';
import { assertUserFile, readUserFile } from '../checkpoints/user-file.ts';
import { MediaError, UsageError } from '../errors.ts';
import { type Pixels, pixelsToSrgb, SRGB } from './colour-space.ts';
import { iccColourSpace } from './icc-profile.ts';
import { type Picture, picture, type Size } from './picture.ts';
import { statedColourSpace } from './picture-colour.ts';
import { heicError, pictureSource } from './picture-source.ts';
import { readPngText, withPngText } from './png-text.ts';
import { refuseMedia } from './refuse-media.ts';
import { type Fit, resizePicture } from './resize.ts';
import { type Sharp, sharp } from './sharp.ts';

/** Larger pictures are refused: 16 384 by 16 384 pixels take 768 MiB as RGB, and a small file can claim any size. */
export const LARGEST_PICTURE = 16384 * 16384;

/** Options of {@link readPicture}. */
export interface ReadPictureOptions {
  /** Resize to this; the picture's own size unless told. */
  readonly size?: Size;
  /** How to meet another aspect ratio; `cover` unless told. */
  readonly fit?: Fit;
}

/**
 * Reads a picture (PNG, JPEG, WebP, GIF, TIFF, AVIF, SVG) as 8-bit sRGB: turned as its EXIF orientation says,
 * transparency laid on white, other depths and colour spaces converted, of an animation the first frame. Slips in a
 * JPEG that every viewer forgives do not matter. Throws `MediaError` when the file is missing, no picture, of a kind
 * that is not read (HEIC among them), damaged, or larger than 16 384 by 16 384.
 */
export async function readPicture(path: string, options: ReadPictureOptions = {}): Promise<Picture> {
  await assertFile(path, 'picture');
  let read: Picture;
  try {
    read = await decodePicture(await pictureSource(path));
  } catch (error) {
    throw pictureError(error, path);
  }
  return options.size ? resizePicture(read, options.size, options.fit) : read;
}

const LIMIT = { limitInputPixels: LARGEST_PICTURE };

async function decodePicture(source: string | Buffer): Promise<Picture> {
  const { space, icc } = await sharp(source, LIMIT).metadata();
  const stated = await statedColourSpace(source);
  const deep = space === 'rgb16' || space === 'grey16';
  if (stated === SRGB) return decodeToRgb(sharp(source, { ...LIMIT, ignoreIcc: true }).autoOrient());
  const colours = stated ?? (deep && icc ? iccColourSpace(icc, space === 'grey16') : undefined);
  if (colours) {
    return pixelsToSrgb(await decodePixels(source, deep), colours);
  }
  if (deep && icc) {
    // sharp leaves 16 bits in the colours of Display P3, or passes the profile over: with 8 bits it does neither.
    const shallow = sharp(source, LIMIT).autoOrient().keepIccProfile().toColourspace('srgb');
    return decodeToRgb(sharp(await shallow.tiff({ compression: 'none' }).toBuffer(), LIMIT));
  }
  return decodeToRgb(sharp(source, LIMIT).autoOrient());
}

/** The numbers as they are stored, whatever colours they stand for. */
async function decodePixels(source: string | Buffer, deep: boolean): Promise<Pixels> {
  const { data, info } = await sharp(source, { ...LIMIT, ignoreIcc: true })
    .autoOrient()
    .toColourspace(deep ? 'rgb16' : 'srgb')
    .raw({ depth: deep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const numbers = deep ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
  return { width, height, channels: channels as 3 | 4, data: numbers };
}

/** Runs a sharp pipeline to an RGB picture on a white ground. */
export async function decodeToRgb(pipeline: Sharp): Promise<Picture> {
  const { data, info } = await pipeline
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return picture(info.width, info.height, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/**
 * Throws `MediaError` unless there is a file at `path` that can be read and is not empty. `what` names it in the
 * message.
 */
export async function assertFile(path: string, what: string): Promise<void> {
  if ((await assertUserFile(path, refuseMedia(what, path))) === 0) {
    throw new MediaError(`${what} "${path}" is empty (0 bytes). Copy or download it again.`);
  }
}

/** What sharp reports about a picture, as a `MediaError` of one line. */
export function pictureError(error: unknown, path: string): MediaError {
  if (error instanceof MediaError) return error;
  const message = error instanceof Error ? error.message.split('\n', 1)[0]! : String(error);
  if (/pixel limit/i.test(message)) {
    return new MediaError(
      `picture "${path}" is larger than 16384x16384 pixels. Make it smaller and try again.`,
      {
        cause: error,
      },
    );
  }
  if (/unsupported image format/i.test(message)) {
    return new MediaError(
      `"${path}" is not a picture that can be read. Use PNG, JPEG, WebP, GIF, TIFF, AVIF or SVG.`,
      { cause: error },
    );
  }
  if (/bad labq format/i.test(message)) {
    return new MediaError(
      `picture "${path}" is a TIFF in Lab colours of 8 bits, which is not read. Save it in RGB.`,
      { cause: error },
    );
  }
  if (error instanceof Error && /compression format has not been built in/i.test(error.message)) {
    return heicError(path, error);
  }
  return new MediaError(
    `picture "${path}" is damaged (${message.replace(/^.*?: /, '')}). Copy or download it again.`,
    { cause: error },
  );
}

/** A picture as the bytes of a PNG file, with `metadata` as text entries. The same picture gives the same bytes. */
export async function encodePng(from: Picture, metadata: Readonly<Record<string, string>> = {}) {
  const png = await rawSharp(from).png({ compressionLevel: 9 }).toBuffer();
  return withPngText(png, metadata);
}

/**
 * Writes a picture as a PNG file, atomically, making missing parent folders. `metadata` becomes text entries (`iTXt`)
 * that {@link readPngMetadata} and other programs can read. Throws `UsageError` when the name does not end in `.png`,
 * `StorageError` when writing fails.
 */
export async function writePng(
  path: string,
  from: Picture,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  if (extname(path).toLowerCase() !== '.png') {
    throw new UsageError(`cannot write the picture "${path}": its name must end in .png`);
  }
  const png = await encodePng(from, metadata);
  await writeAtomically(path, (file) => file.writeFile(png));
}

/** How {@link writePicture} writes each format it knows; PNG is the one that can hold metadata. */
const ENCODERS: Readonly<Record<string, (from: Sharp) => Sharp>> = {
  '.jpg': (from) => from.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
  '.jpeg': (from) => from.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
  '.webp': (from) => from.webp({ lossless: true }),
};

/** Throws `UsageError` unless {@link writePicture} knows the path's ending. Looks at the name only. */
export function assertPicturePath(path: string): void {
  const ending = extname(path).toLowerCase();
  if (ending === '.png' || ENCODERS[ending]) return;
  const found = ending ? `ends in ${ending}` : 'has no ending';
  throw new UsageError(`cannot write a picture to "${path}": its name ${found}. Use .png, .jpg or .webp.`);
}

/**
 * Writes a picture atomically as the path's ending says: `.png` with `metadata` as {@link writePng} does, `.jpg` or
 * (lossless) `.webp` without. Throws `UsageError` for another ending, `StorageError` when writing fails.
 */
export async function writePicture(
  path: string,
  from: Picture,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  assertPicturePath(path);
  const encode = ENCODERS[extname(path).toLowerCase()];
  if (!encode) return writePng(path, from, metadata);
  const bytes = await encode(rawSharp(from)).toBuffer();
  await writeAtomically(path, (file) => file.writeFile(bytes));
}

function rawSharp({ data, width, height }: Picture): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** The text entries of a PNG file; `{}` when it has none. Throws `MediaError` when the file is missing or empty. */
export async function readPngMetadata(path: string): Promise<Record<string, string>> {
  await assertFile(path, 'picture');
  return readPngText(await readUserFile(path, refuseMedia('picture', path)));
}
