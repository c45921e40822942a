/** @file Resolves paths of pictures, folders of pictures, and lists of both to a list of pictures. */

import { stat } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { onOneLine } from '../checkpoints/one-line.ts';
import { readUserFile } from '../checkpoints/user-file.ts';
import { MediaError } from '../errors.ts';

import { notice, type WorkOptions } from '../events.ts';

import { visibleNames } from './picture-folder.ts';
import { refuseMedia } from './refuse-media.ts';

/** Extensions of the pictures taken from a folder. */
const pictureEndings = ['.png', '.jpg', '.jpeg', '.webp', '.avif', '.tif', '.tiff', '.gif', '.svg'];

/** Size limit of a list in bytes, enough for about a hundred thousand paths. */
const LARGEST_LIST = 16 * 2 ** 20;

/** The pictures found. */
export interface FoundPictures {
  readonly paths: readonly string[];
  /** Whether a folder or list was among the arguments, so that their number was not known beforehand. */
  readonly many: boolean;
}

/**
 * The pictures named by these arguments, in order: a picture's path itself; the pictures in a folder, in natural order
 * of their names; and for `@list.txt` the pictures and folders listed in that file, one path per line, relative to the
 * file's folder. A notice reports other contents of a folder. Throws `MediaError` for a folder that cannot be read or
 * has no pictures, and for a list that is missing, not UTF-8 or empty. Pictures are not opened yet.
 */
export async function findPictures(
  words: readonly string[],
  work: Pick<WorkOptions, 'onEvent'> = {},
): Promise<FoundPictures> {
  const paths: string[] = [];
  let many = false;
  const add = async (path: string) => {
    if (!(await stat(path).catch(() => undefined))?.isDirectory()) return void paths.push(path);
    many = true;
    paths.push(...(await picturesIn(path, work)));
  };
  for (const word of words) {
    if (!word.startsWith('@')) await add(word);
    else {
      many = true;
      for (const path of await readPathList(word.slice(1))) await add(path);
    }
  }
  return { paths, many };
}

async function picturesIn(folder: string, { onEvent }: Pick<WorkOptions, 'onEvent'>): Promise<string[]> {
  const names = await visibleNames(folder);
  const isPicture = (name: string) => pictureEndings.includes(extname(name).toLowerCase());
  const pictures = names.filter(isPicture);
  const others = names.filter((name) => !isPicture(name)).map((name) => `"${onOneLine(name, 80)}"`);
  const some = others.slice(0, 3).join(', ') + (others.length > 3 ? ', …' : '');
  if (pictures.length === 0) {
    const content = names.length === 0 ? 'is empty' : `holds no picture (found ${some})`;
    throw new MediaError({
      found: `folder "${folder}" ${content}`,
      expected: `files that end in ${pictureEndings.join(', ')}`,
    });
  }
  if (others.length > 0) {
    const message = `folder "${folder}": ${pictures.length} of ${names.length} members are pictures; not used: ${some}`;
    onEvent?.(notice(message));
  }
  return pictures.map((name) => join(folder, name));
}

/** The paths in a list; relative ones are resolved against the list's folder. */
async function readPathList(path: string): Promise<string[]> {
  const bytes = await readUserFile(path, refuseMedia('list', path), LARGEST_LIST);
  const advice = 'Write one path a line.';
  if (bytes.length === 0) throw new MediaError({ found: `list "${path}" is empty (0 bytes)`, advice });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new MediaError(
      { found: `list "${path}" is not UTF-8 text`, advice: 'Save it as UTF-8, with one path a line.' },
      { cause: error },
    );
  }
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const named = lines.filter((line) => line !== '');
  if (named.length === 0) throw new MediaError({ found: `list "${path}" names no picture`, advice });
  return named.map((line) => resolve(dirname(path), line));
}
