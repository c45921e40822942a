/** @file Picture files: reads all common formats; writes PNG, JPEG and WebP. */

import { extname } from 'node:path';
import { assertPath, checkOptions } from '../check-options.ts';
import { writeAtomically } from '../checkpoints/atomic-write.ts';
import { assertUserFile, readUserFile } from '../checkpoints/user-file.ts';
import { MediaError, UsageError } from '../errors.ts';
import { type Pixels, pixelsToSrgb, SRGB } from './colour-space.ts';
import { iccColourSpace } from './icc-profile.ts';
import { type Picture, picture } from './picture.ts';
import { statedColourSpace } from './picture-colour.ts';
import { heicError, pictureSource } from './picture-source.ts';
import { readPngText, withPngText } from './png-text.ts';
import { COPY_AGAIN, refuseMedia } from './refuse-media.ts';
import { resizePicture } from './resize.ts';
import { type Fit, fitSchema, sizeSchema } from './shape-settings.ts';
import { type Sharp, sharp } from './sharp.ts';
import type { Size } from './size.ts';

/** Largest number of pixels: 16 384 by 16 384 take 768 MiB as RGB, and a small file can claim any size. */
export const LARGEST_PICTURE = 16384 * 16384;

/** Options of {@link readPicture}. */
export interface ReadPictureOptions {
  /** Resize to this size; default the picture's own. */
  readonly size?: Size;
  /** How to fit another aspect ratio; default `cover`. */
  readonly fit?: Fit;
}

const readPictureFields = {
  size: sizeSchema.optional(),
  fit: fitSchema.optional(),
};

/**
 * Reads a picture (PNG, JPEG, WebP, GIF, TIFF, AVIF, SVG) as 8-bit sRGB, with EXIF orientation applied, transparency on
 * white, and other bit depths and colour spaces converted; from an animation, the first frame. JPEG errors that viewers
 * tolerate are tolerated. Throws `MediaError` if the file is missing, not a picture, of an unsupported format (such as
 * HEIC), damaged, or larger than 16 384 by 16 384.
 */
export async function readPicture(path: string, options: ReadPictureOptions = {}): Promise<Picture> {
  const { size, fit } = checkOptions('readPicture', options, readPictureFields);
  assertPath(path);
  await assertFile(path, 'picture');
  let read: Picture;
  try {
    read = await decodePicture(await pictureSource(path));
  } catch (error) {
    throw pictureError(error, path);
  }
  return size ? resizePicture(read, size, fit) : read;
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
    // With 16 bits, sharp leaves colours in Display P3 or ignores the profile; with 8 bits it does neither.
    const shallow = sharp(source, LIMIT).autoOrient().keepIccProfile().toColourspace('srgb');
    return decodeToRgb(sharp(await shallow.tiff({ compression: 'none' }).toBuffer(), LIMIT));
  }
  return decodeToRgb(sharp(source, LIMIT).autoOrient());
}

/** The stored numbers, without colour conversion. */
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

/** Runs a sharp pipeline to an RGB picture on a white background. */
export async function decodeToRgb(pipeline: Sharp): Promise<Picture> {
  const { data, info } = await pipeline
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return picture(info.width, info.height, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** Throws `MediaError` unless `path` is a readable file that is not empty. `what` names it in the message. */
export async function assertFile(path: string, what: string): Promise<void> {
  if ((await assertUserFile(path, refuseMedia(what, path))) === 0) {
    throw new MediaError({ found: `${what} "${path}" is empty (0 bytes)`, advice: COPY_AGAIN });
  }
}

/** Converts sharp's error about a picture to a one-line `MediaError`. */
export function pictureError(error: unknown, path: string): MediaError {
  if (error instanceof MediaError) return error;
  const message = error instanceof Error ? error.message.split('\n', 1)[0]! : String(error);
  if (/pixel limit/i.test(message)) {
    return new MediaError(
      {
        found: `picture "${path}" is larger than 16384x16384 pixels`,
        advice: 'Make it smaller and try again.',
      },
      { cause: error },
    );
  }
  if (/unsupported image format/i.test(message)) {
    return new MediaError(
      {
        found: `"${path}" is not a picture that can be read`,
        advice: 'Use PNG, JPEG, WebP, GIF, TIFF, AVIF or SVG.',
      },
      { cause: error },
    );
  }
  if (/bad labq format/i.test(message)) {
    return new MediaError(
      {
        found: `picture "${path}" is a TIFF in Lab colours of 8 bits, which is not read`,
        advice: 'Save it in RGB.',
      },
      { cause: error },
    );
  }
  if (error instanceof Error && /compression format has not been built in/i.test(error.message)) {
    return heicError(path, error);
  }
  return new MediaError(
    { found: `picture "${path}" is damaged (${message.replace(/^.*?: /, '')})`, advice: COPY_AGAIN },
    { cause: error },
  );
}

/** Encodes a picture as PNG, with `metadata` as text entries. The same picture gives the same bytes. */
export async function encodePng(from: Picture, metadata: Readonly<Record<string, string>> = {}) {
  const png = await rawSharp(from).png({ compressionLevel: 9 }).toBuffer();
  return withPngText(png, metadata);
}

/**
 * Writes a picture as a PNG file, atomically, creating missing parent folders. `metadata` becomes text entries (`iTXt`)
 * that {@link readPngMetadata} and other programs can read. Throws `UsageError` if the name does not end in `.png`,
 * `StorageError` if writing fails.
 */
export async function writePng(
  path: string,
  from: Picture,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  if (extname(path).toLowerCase() !== '.png') {
    const ending = extname(path) ? `ends in ${extname(path)}` : 'has no ending';
    throw new UsageError({
      found: `cannot write the picture "${path}": its name ${ending}`,
      expected: '.png',
      setting: 'out',
    });
  }
  const png = await encodePng(from, metadata);
  await writeAtomically(path, (file) => file.writeFile(png));
}

/** The encoders of {@link writePicture} by extension; only PNG stores metadata. */
const ENCODERS: Readonly<Record<string, (from: Sharp) => Sharp>> = {
  '.jpg': (from) => from.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
  '.jpeg': (from) => from.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
  '.webp': (from) => from.webp({ lossless: true }),
};

/**
 * Throws `UsageError`, naming the option that gave the path, unless {@link writePicture} supports its extension. Checks
 * the name only.
 */
export function assertPicturePath(path: string, option = 'out'): void {
  const ending = extname(path).toLowerCase();
  if (ending === '.png' || ENCODERS[ending]) return;
  const found = ending ? `ends in ${ending}` : 'has no ending';
  throw new UsageError({
    found: `cannot write a picture to "${path}": its name ${found}`,
    setting: option,
    advice: 'Use .png, .jpg or .webp.',
  });
}

/**
 * Writes a picture atomically, in the format of the path's extension: `.png` with `metadata` as text entries
 * (`iTXt`), `.jpg` or (lossless) `.webp` without; missing parent folders are created. Throws `UsageError` for another
 * extension, `StorageError` if writing fails.
 */
export async function writePicture(
  path: string,
  from: Picture,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  assertPath(path);
  assertPicturePath(path, 'path');
  const encode = ENCODERS[extname(path).toLowerCase()];
  if (!encode) return writePng(path, from, metadata);
  const bytes = await encode(rawSharp(from)).toBuffer();
  await writeAtomically(path, (file) => file.writeFile(bytes));
}

function rawSharp({ data, width, height }: Picture): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** The text entries of a PNG file; `{}` if it has none. Throws `MediaError` if the file is missing or empty. */
export async function readPngMetadata(path: string): Promise<Record<string, string>> {
  await assertFile(path, 'picture');
  return readPngText(await readUserFile(path, refuseMedia('picture', path)));
}
