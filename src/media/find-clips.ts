/** @file Turns what a user names (clips, folders of clips) into a list of clips. */

import { stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import sharp from 'sharp';
import { MediaError } from '../errors.ts';
import { CLIP_CHOICES, clipKindOfName } from './clip.ts';
import { areNumberedPictures, visibleNames } from './picture-folder.ts';

/**
 * The clips at these paths, each path a clip or a folder of clips. A folder that holds numbered pictures and nothing
 * else is itself a clip; in any other folder its clips (files and folders of numbered pictures) count, by name, and all
 * else is passed over, hidden files too. No clip is listed twice. Throws `MediaError` when a path is missing, a folder
 * holds no clip, or a file is of an unknown kind. The files' content is not read yet.
 */
export async function findClips(paths: readonly string[]): Promise<string[]> {
  const found = new Map<string, string>();
  for (const path of paths) {
    for (const clip of await clipsAt(path)) {
      const place = resolve(clip);
      found.set(place, found.get(place) ?? clip);
    }
  }
  return [...found.values()];
}

async function clipsAt(path: string): Promise<string[]> {
  const kind = await kindOf(path);
  if (kind === undefined) {
    throw new MediaError(`clip "${path}" does not exist. Check the path.`);
  }
  if (kind === 'file') {
    if (!clipKindOfName(path)) {
      const ending = extname(path);
      throw new MediaError(
        `"${path}" ${ending ? `ends in ${ending}` : 'has no ending'}; expected ${CLIP_CHOICES}.`,
      );
    }
    return [path];
  }
  const names = await visibleNames(path);
  if (areNumberedPictures(names) && !(await isAnimated(join(path, names[0]!)))) {
    return [path];
  }
  const clips: string[] = [];
  for (const name of names) {
    if (await isClip(join(path, name))) {
      clips.push(join(path, name));
    }
  }
  if (clips.length === 0) {
    const content =
      names.length === 0
        ? 'is empty'
        : `holds no clip (found ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''})`;
    throw new MediaError(`folder "${path}" ${content}; expected ${CLIP_CHOICES}.`);
  }
  return clips;
}

async function isClip(path: string): Promise<boolean> {
  if ((await kindOf(path)) === 'folder') {
    const names = await visibleNames(path);
    return areNumberedPictures(names) && !(await isAnimated(join(path, names[0]!)));
  }
  if (extname(path).toLowerCase() === '.webp') {
    return isAnimated(path); // A still WebP among clips is a picture.
  }
  return clipKindOfName(path) !== undefined;
}

async function isAnimated(path: string): Promise<boolean> {
  if (extname(path).toLowerCase() !== '.webp') {
    return false;
  }
  const header = await sharp(path)
    .metadata()
    .catch(() => undefined);
  return (header?.pages ?? 1) > 1;
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && (found.isDirectory() ? 'folder' : 'file');
}
