/**
 * @file What lies in a folder of the studio. Links are left out: what the studio serves is what is in it. Names are
 * looked up in the listing, so that no text of a request ever becomes part of a path.
 */
import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { itemId } from './item-id.ts';

/** A file or folder. */
export interface ShelfItem {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  /** Relative to the studio, with `/`. */
  readonly place: string;
  readonly isFolder: boolean;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly changed: number;
}

/** Names that are not shown: hidden ones, and files that are being written (see `writeAtomically`). */
const unfinished = /^\.|\.(tmp|old)-[0-9a-f]{16}$/;

/**
 * What lies in a folder, in no order; nothing where there is no such folder. `place` is the folder's path relative to
 * the studio.
 */
export async function itemsIn(folder: string, place: string): Promise<ShelfItem[]> {
  const time = (await stat(folder).catch(() => undefined))?.mtimeMs;
  const before = resting.get(folder);
  if (before && before.time === time) return before.items;
  const names = (await readdir(folder).catch(() => [])).filter((name) => !unfinished.test(name));
  const found = await Promise.all(names.map((name) => itemAt(join(folder, name), `${place}/${name}`)));
  const items = found.filter((item) => item !== undefined);
  const now = Date.now();
  const rests = (each: number) => now - each > restless;
  const isResting = items.every(({ isFolder, changed }) => !isFolder && rests(changed));
  if (time !== undefined && isResting && rests(time)) resting.set(folder, { time, items });
  else resting.delete(folder);
  return items;
}

/** Milliseconds after a change in which more may follow, such as while somebody copies a file to here. */
const restless = 5000;

/** Folders of files that rest: as long as nothing is added, removed or written anew, they are as they were. */
const resting = new Map<string, { readonly time: number; readonly items: ShelfItem[] }>();

async function itemAt(path: string, place: string): Promise<ShelfItem | undefined> {
  const found = await lstat(path).catch(() => undefined);
  if (!found || !(found.isFile() || found.isDirectory())) return undefined;
  return {
    id: itemId(place),
    name: place.slice(place.lastIndexOf('/') + 1),
    path,
    place,
    isFolder: found.isDirectory(),
    bytes: found.isFile() ? found.size : 0,
    changed: found.mtimeMs,
  };
}

/** Latest first; of the same time, by name. */
export function latestFirst<Item extends Pick<ShelfItem, 'changed' | 'name'>>(
  items: readonly Item[],
): Item[] {
  return [...items].sort((a, b) => b.changed - a.changed || (a.name < b.name ? -1 : 1));
}

/** Bytes of all files in a folder, without following links; 0 where it is missing. */
export async function bytesIn(folder: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) sum += await bytesIn(path);
    else if (entry.isFile()) sum += (await lstat(path).catch(() => undefined))?.size ?? 0;
  }
  return sum;
}
