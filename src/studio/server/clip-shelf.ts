/** @file The clips of a studio: folders of clips in `clips/`, and loose ones. Their content is not read here. */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { z } from 'zod';
import { writeAtomically } from '../../checkpoints/atomic-write.ts';
import { isAboutAll, isCaptionFile } from '../../media/caption-files.ts';
import { areNumberedPictures, clipKindOfName, isSystemFile } from '../../media/clip-names.ts';
import { whyNoClip } from '../../media/file-kinds.ts';
import type { ApiClip, clipSetSchema } from '../api/clip-api.ts';
import { itemId } from './item-id.ts';
import { notHere, RequestError } from './request-error.ts';
import { itemsIn, type ShelfItem } from './shelf.ts';
import type { StudioContext } from './studio-context.ts';

type Context = Pick<StudioContext, 'folder' | 'titles'>;

/** A clip, and where it is. */
export interface ClipItem extends ApiClip {
  readonly item: ShelfItem;
}

/** A set of clips, and where it is. */
export interface ClipSetItem {
  readonly id: string;
  readonly title: string;
  readonly path: string;
  readonly place: string;
  readonly clips: readonly ClipItem[];
  readonly others: z.output<typeof clipSetSchema>['others'];
}

/** Title of the loose clips. */
const loose = 'Loose clips';

/** The sets, latest first; the loose clips last, if there are any. */
export async function clipSets({ folder, titles }: Context): Promise<ClipSetItem[]> {
  const items = await itemsIn(folder.clips, 'clips');
  const sets: ClipSetItem[] = [];
  const single: ShelfItem[] = [];
  for (const item of [...items].sort((a, b) => b.changed - a.changed)) {
    if (!item.isFolder || (await isFrames(item.path))) single.push(item);
    else sets.push(await setOf(item, titles.of(item.place) ?? item.name));
  }
  if (single.length === 0) return sets;
  const { clips, others } = await sorted(single);
  const place = 'clips';
  return [...sets, { id: itemId(place), title: loose, path: folder.clips, place, clips, others }];
}

/** The set with an identifier. Throws `RequestError`. */
export async function findClipSetOf(context: Context, id: string): Promise<ClipSetItem> {
  const found = (await clipSets(context)).find((set) => set.id === id);
  if (!found) throw notHere('set of clips');
  return found;
}

/** The clips with these identifiers, in this order. Throws `RequestError`. */
export async function findClipsOf(context: Context, ids: readonly string[]): Promise<ClipItem[]> {
  const all = new Map((await clipSets(context)).flatMap(({ clips }) => clips.map((clip) => [clip.id, clip])));
  return ids.map((id) => {
    const found = all.get(id);
    if (!found) throw notHere('clip');
    return found;
  });
}

/** What the page sees of a set. */
export function shownSet({ id, title, clips, others }: ClipSetItem): z.output<typeof clipSetSchema> {
  return { id, title, clips: clips.map(shownClip), others };
}

/** What the page sees of a clip. */
export function shownClip({ item: _, ...clip }: ClipItem): ApiClip {
  return clip;
}

async function setOf(item: ShelfItem, title: string): Promise<ClipSetItem> {
  const { id, path, place } = item;
  return { id, title, path, place, ...(await sorted(await itemsIn(path, place))) };
}

async function sorted(items: readonly ShelfItem[]): Promise<Pick<ClipSetItem, 'clips' | 'others'>> {
  const names = new Set(items.map(({ name }) => name));
  const clips: ClipItem[] = [];
  const others: ClipSetItem['others'] = [];
  const byName = new Intl.Collator('en', { numeric: true }).compare;
  for (const item of [...items].sort((a, b) => byName(a.name, b.name))) {
    const kind = item.isFolder
      ? (await isFrames(item.path))
        ? 'frames'
        : undefined
      : clipKindOfName(item.name);
    if (kind !== undefined) {
      const caption = await captionOf(item, names);
      const { id, name, bytes, changed } = item;
      const added = new Date(changed).toISOString();
      clips.push({ id, name, kind, bytes, added, ...(caption !== undefined && { caption }), item });
    } else if (item.isFolder) others.push({ name: item.name, reason: 'a folder that is no clip' });
    else if (!isCaptionFile(item.name) && !isAboutAll(item.name) && !isSystemFile(item.name)) {
      const { reason, advice } = whyNoClip(item.name);
      others.push({ name: item.name, reason, ...(advice !== undefined && { advice }) });
    }
  }
  return { clips, others };
}

async function isFrames(path: string): Promise<boolean> {
  const names = (await readdir(path).catch(() => [])).filter(
    (name) => !name.startsWith('.') && !isSystemFile(name),
  );
  return areNumberedPictures(names);
}

/** Most bytes of a caption's file that are shown. */
const mostCaption = 64 * 1024;

function captionFile({ path, isFolder }: ShelfItem): string {
  return `${isFolder ? path : path.slice(0, path.length - extname(path).length)}.txt`;
}

async function captionOf(item: ShelfItem, names: ReadonlySet<string>): Promise<string | undefined> {
  const path = captionFile(item);
  if (!names.has(path.slice(path.lastIndexOf('/') + 1))) return undefined;
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || found.size > mostCaption) return undefined;
  return (await readFile(path, 'utf8').catch(() => '')).trim() || undefined;
}

/** Writes a clip's caption beside it, as `lamp train` reads it; an empty one is removed. Throws `StorageError`. */
export async function setCaption({ item }: ClipItem, caption: string): Promise<void> {
  const path = captionFile(item);
  const text = caption.replace(/\s+/g, ' ').trim();
  if (text === '') return rm(path, { force: true });
  if (Buffer.byteLength(text) > mostCaption) throw new RequestError(413, 'the caption is too long');
  await writeAtomically(path, (file) => file.writeFile(`${text}\n`));
}

/** The places (relative to the studio) of a clip and its caption. */
export function placesOfClip({ item }: ClipItem): string[] {
  const path = captionFile(item);
  return [
    item.place,
    item.place.slice(0, item.place.lastIndexOf('/') + 1) + path.slice(path.lastIndexOf('/') + 1),
  ];
}
