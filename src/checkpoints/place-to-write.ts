/** @file Where a file or folder is written whose path may be, or run through, symbolic links. */

import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { StorageError } from '../errors.ts';
import { makeFolders } from './make-folders.ts';
import { onOneLine } from './one-line.ts';

/** More links in a row lead in a circle; Linux follows as many. */
const MOST_LINKS = 40;

/**
 * The path itself, or, where it is a link, the path that it leads to: a file that is put in its place must not take the
 * link's. Nothing need be there yet, but a link must not lead into a folder that is missing. Throws `StorageError` for
 * such a link, for links in a circle, and when a pipe, socket or device is there: it was made for something else, and
 * a file would take its place for good.
 */
export async function placeToWrite(path: string): Promise<string> {
  // With a slash behind it a link is not seen as one.
  let place = path.length > 1 ? path.replace(/\/+$/, '') : path;
  let links = 0;
  for (; ; links++) {
    const target = await readlink(place).catch(() => undefined);
    if (target === undefined) break;
    if (links === MOST_LINKS) {
      throw new StorageError({
        found: `cannot write "${path}": its symbolic links lead in a circle`,
        advice: 'Mend them, or choose another name.',
      });
    }
    place = resolve(await realpath(dirname(place)), target);
  }
  await assertReplaceable(path, place, links > 0);
  if (links > 0 && (await isMissing(dirname(place)))) {
    throw new StorageError({
      found: `cannot write "${path}": it is a link to "${onOneLine(place, 80)}", whose folder is not there`,
      advice: ADVICE,
    });
  }
  await assertNoLinkToNothing(path, place);
  return place;
}

/**
 * As {@link placeToWrite}, and makes a folder there, with those above it, unless it is there. Throws `StorageError`
 * when the file system refuses.
 */
export async function makeFolder(path: string): Promise<void> {
  const place = await placeToWrite(path);
  await makeFolders(place, path);
}

const ADVICE = 'Mend the link, remove it, or choose another name.';

async function assertReplaceable(path: string, place: string, isLink: boolean): Promise<void> {
  const found = await stat(place).catch(() => undefined);
  if (!found || found.isFile() || found.isDirectory()) return;
  const kind = found.isFIFO() ? 'a pipe' : found.isSocket() ? 'a socket' : 'a device';
  const what = !isLink ? `it is ${kind}` : `it leads to ${kind}`;
  throw new StorageError({
    found: `cannot write "${path}": ${what}, not a file`,
    advice: 'Choose another name.',
  });
}

/** Folders that are missing can be made; below a link that leads nowhere they cannot. */
async function assertNoLinkToNothing(path: string, place: string): Promise<void> {
  for (let folder = dirname(resolve(place)); folder !== dirname(folder); folder = dirname(folder)) {
    const found = await lstat(folder).catch(() => undefined);
    if (!found) continue;
    if (found.isSymbolicLink() && (await isMissing(folder))) {
      const [link, target] = [folder, await readlink(folder)].map((each) => onOneLine(each, 80));
      throw new StorageError({
        found: `cannot write "${path}": "${link}" is a link to "${target}", which is not there`,
        advice: ADVICE,
      });
    }
    return;
  }
}

async function isMissing(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );
}
