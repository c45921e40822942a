/** @file A folder of numbered pictures as a clip. */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MediaError } from '../errors.ts';
import { areNumberedPictures, isSystemFile } from './clip-names.ts';
import type { Picture } from './picture.ts';
import { pictureError, readPicture } from './picture-file.ts';
import { pictureSource } from './picture-source.ts';
import { sharp } from './sharp.ts';
import type { Size } from './size.ts';

export { areNumberedPictures, isSystemFile } from './clip-names.ts';

const byName = new Intl.Collator('en', { numeric: true }).compare;

/** Sorts names in natural order: `frame2` before `frame10`. */
export function naturalSort(names: readonly string[]): string[] {
  return [...names].sort((a, b) => byName(a, b) || (a < b ? -1 : 1));
}

/** Names in a folder, without hidden ones, in natural order. Throws `MediaError` if it cannot be read. */
export async function visibleNames(folder: string): Promise<string[]> {
  try {
    return naturalSort((await readdir(folder)).filter((name) => !name.startsWith('.')));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new MediaError(
      {
        found: `folder "${folder}" cannot be read (${code})`,
        advice: 'Check the path and its permissions.',
      },
      { cause: error },
    );
  }
}

/**
 * The paths of a folder's frames in order. Throws `MediaError` unless it contains numbered pictures and nothing else
 * except hidden and system files.
 */
export async function listFrames(folder: string): Promise<string[]> {
  const names = (await visibleNames(folder)).filter((name) => !isSystemFile(name));
  if (names.length === 0) {
    throw new MediaError({
      found: `folder "${folder}" is empty`,
      advice: 'Put numbered pictures (0000.png, 0001.png, …) into it.',
    });
  }
  if (!areNumberedPictures(names)) {
    const odd = names.find((name) => !areNumberedPictures([name]));
    throw new MediaError({
      found: `folder "${folder}" is not a clip: "${odd}" is not a numbered picture`,
      expected: '0000.png, 0001.png, … and nothing else',
    });
  }
  return names.map((name) => join(folder, name));
}

/** The common size of a folder's frames. Throws `MediaError` if they differ or one is damaged. */
export async function inspectPictureFolder(folder: string): Promise<Size & { frameCount: number }> {
  const paths = await listFrames(folder);
  const sizes: Size[] = [];
  for (const path of paths) {
    sizes.push(await pictureSize(path));
  }
  const [{ width, height }] = sizes as [Size, ...Size[]];
  const odd = sizes.findIndex((size) => size.width !== width || size.height !== height);
  if (odd >= 0) {
    throw new MediaError({
      found: `folder "${folder}": "${paths[odd]}" is ${sizes[odd]!.width}x${sizes[odd]!.height}, the first frame ${width}x${height}`,
      advice: 'Make all frames the same size.',
    });
  }
  return { width, height, frameCount: paths.length };
}

async function pictureSize(path: string): Promise<Size> {
  try {
    const { autoOrient } = await sharp(await pictureSource(path)).metadata();
    return { width: autoOrient.width, height: autoOrient.height };
  } catch (error) {
    throw pictureError(error, path);
  }
}

/** Passes the frames in `wanted` to `take`, in order. Returns the number of frames. */
export async function decodePictureFolder(
  folder: string,
  wanted: ReadonlySet<number>,
  take: (frame: Picture, index: number) => Promise<void>,
): Promise<number> {
  const paths = await listFrames(folder);
  for (const [index, path] of paths.entries()) {
    if (wanted.has(index)) {
      await take(await readPicture(path), index);
    }
  }
  return paths.length;
}
