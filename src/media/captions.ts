/**
 * @file What each clip shows, in words: `walk.txt` beside `walk.mp4`, or a line in the folder's `captions.tsv` or
 * `metadata.jsonl`; and what of these belongs to no clip.
 */

import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { isThere, readUserFile } from '../checkpoints/user-file.ts';
import { MediaError } from '../errors.ts';
import {
  CAPTIONS_NAME,
  clipMeant,
  composed,
  isListOfCaptions,
  isOwnCaption,
  looseName,
  METADATA_NAME,
  stemOf,
} from './caption-files.ts';
import {
  type CaptionList,
  type ListedCaption,
  nameInList,
  onOneLineOfText,
  parseCaptionTable,
  parseMetadataLines,
} from './caption-lists.ts';
import type { CaptionNote } from './caption-notes.ts';
import { refuseMedia } from './refuse-media.ts';

/** The captions of a set of clips. */
export interface ClipCaptions {
  /** Of those clips that have one, by the clips' paths as given. */
  readonly captions: ReadonlyMap<string, string>;
  /** What is to be said of those that are not used, or whose clip is written otherwise. */
  readonly notes: readonly CaptionNote[];
}

/** The captions of {@link readCaptions}. */
export async function captionsFor(clips: readonly string[]): Promise<ReadonlyMap<string, string>> {
  return (await readCaptions(clips)).captions;
}

/**
 * The captions of clips. A text file of the clip's name beside it (`walk.txt`, `walk.TXT` or `walk.caption` for
 * `walk.mp4` or the folder `walk/`) goes before the folder's `captions.tsv`, and that before its `metadata.jsonl` (see
 * `caption-lists.ts`). Names are compared exactly but for their Unicode form; a line that names nothing exactly is used
 * for the clip that it clearly means (see `clipMeant`), where nothing else names that. Lists may name other files that
 * are there. `notes` has the lines that name nothing or nothing exactly, and the caption files of no clip in `folders`,
 * those that are trained on as a whole. Throws `MediaError` for a file that is empty, not UTF-8 or malformed, and for
 * two files with different captions of one clip.
 */
export async function readCaptions(
  clips: readonly string[],
  folders: readonly string[] = [],
): Promise<ClipCaptions> {
  const whole = new Set(folders.map((folder) => resolve(folder)));
  const places = new Map<string, Place>();
  const captions = new Map<string, string>();
  for (const clip of clips) {
    const { folder, name } = whereIs(clip);
    if (!places.has(folder)) places.set(folder, await lookAround(folder, clip));
    const place = places.get(folder)!;
    const stem = await stemOfClip(clip, name);
    place.clips.set(name, stem);
    const own = await readOwn(clip, stem, place);
    const caption = own ?? place.listed.get(nameInList(name))?.caption;
    if (caption !== undefined) captions.set(clip, caption);
  }
  const notes = [...places].flatMap(([folder, place]) => notesOn(place, whole.has(folder)));
  return { captions, notes };
}

/** What lies beside clips. */
interface Place {
  /** As it is called in messages. */
  readonly folder: string;
  /** Names of everything in it. */
  readonly names: readonly string[];
  readonly lists: readonly PlacedList[];
  /** The lines that are used, by the names of what is there, or by the names they have. */
  readonly listed: ReadonlyMap<string, ListedCaption>;
  /** The names of the clips here, as far as they are known, and what their own caption files are called. */
  readonly clips: Map<string, string>;
}

/** A list of captions and where it is. */
interface PlacedList extends CaptionList {
  readonly path: string;
}

function whereIs(clip: string): { folder: string; name: string } {
  const place = resolve(clip);
  return { folder: dirname(place), name: basename(place) };
}

async function lookAround(place: string, clip: string): Promise<Place> {
  // As the user names it, where that is possible: not for a clip ".".
  const shown = resolve(dirname(clip)) === place ? dirname(clip) : place;
  const names = await readdir(place).catch(() => [CAPTIONS_NAME, METADATA_NAME]);
  const lists: PlacedList[] = [];
  for (const wanted of [CAPTIONS_NAME, METADATA_NAME]) {
    const name = listNamed(wanted, names);
    const path = name !== undefined ? join(shown, name) : undefined;
    const text = path !== undefined ? await readText(path) : undefined;
    if (path === undefined || text === undefined) continue;
    const parse = wanted === CAPTIONS_NAME ? parseCaptionTable : parseMetadataLines;
    lists.push({ path, ...parse(text, path) });
  }
  return { folder: shown, names, lists, listed: usedLines(lists, names), clips: new Map() };
}

/** Which line of the lists is used for what, the first list's before the second's. */
function usedLines(lists: readonly CaptionList[], names: readonly string[]): Map<string, ListedCaption> {
  const there = new Set(names.map(nameInList));
  const used = new Map<string, ListedCaption>();
  for (const { lines } of lists) {
    const captioned = lines.filter(({ caption }) => caption !== undefined);
    const take = (key: string, line: ListedCaption) => {
      if (!used.has(key)) used.set(key, line);
    };
    for (const line of captioned) take(nameInList(line.name), line);
    const meant = new Map<string, ListedCaption[]>();
    for (const line of captioned) {
      const clip = there.has(nameInList(line.name)) ? undefined : clipMeant(line.name, names);
      if (clip !== undefined) meant.set(nameInList(clip), [...(meant.get(nameInList(clip)) ?? []), line]);
    }
    for (const [key, [line, ...others]] of meant) {
      if (others.every(({ caption }) => caption === line!.caption)) take(key, line!);
    }
  }
  return used;
}

/** The list of that name, or of that name in other letters. */
function listNamed(wanted: string, names: readonly string[]): string | undefined {
  return names.includes(wanted) ? wanted : names.find((name) => name.toLowerCase() === wanted);
}

/** The caption in the text file beside a clip. */
async function readOwn(clip: string, stem: string, { folder, names }: Place): Promise<string | undefined> {
  const files = names.filter((each) => isOwnCaption(each) && stemOf(each) === stem);
  const found: { path: string; caption: string }[] = [];
  for (const each of files.length > 0 ? files : [`${stem}.txt`]) {
    const path = join(folder, each);
    const text = await readText(path);
    if (text === undefined) continue;
    const caption = onOneLineOfText(text);
    if (caption === '') {
      throw new MediaError(`caption "${path}" is empty. Write what the clip shows, or remove the file.`);
    }
    found.push({ path, caption });
  }
  const other = found.find(({ caption }) => caption !== found[0]!.caption);
  if (other) {
    throw new MediaError(
      `clip "${clip}" has two captions, "${found[0]!.path}" and "${other.path}", which differ. Remove one.`,
    );
  }
  return found[0]?.caption;
}

/** The name that a clip's own caption file has: a file's without its ending; a folder's, whatever dots are in it. */
async function stemOfClip(clip: string, name: string): Promise<string> {
  const isFolder = await stat(clip).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? composed(name) : stemOf(name);
}

/** What belongs to nothing that is there, or not exactly; `whole`: the folder is trained on as a whole. */
function notesOn(place: Place, whole: boolean): CaptionNote[] {
  const there = new Set(place.names.map(nameInList));
  const meant = (name: string) => {
    const alike = [...place.clips.keys()].filter((clip) => looseName(clip) === looseName(name));
    return alike.length === 1 ? { meant: alike[0]! } : {};
  };
  const clipOf = (listed: ListedCaption): string | undefined => {
    const clip = clipMeant(listed.name, place.names);
    const used = clip === undefined ? undefined : place.listed.get(nameInList(clip));
    return used !== undefined && used.caption === listed.caption ? clip : undefined;
  };
  const lines = place.lists.flatMap(({ path, lines, odd }) => [
    ...lines.flatMap((listed): CaptionNote[] => {
      const { line, name, caption } = listed;
      const clip = clipOf(listed);
      if (there.has(nameInList(name))) {
        return caption === undefined ? [{ path, line, name, reason: 'no caption' }] : [];
      }
      if (clip === undefined) return [{ path, line, name, reason: 'no clip', ...meant(name) }];
      return [{ path, line, name, reason: 'matched', meant: clip }];
    }),
    ...odd.map(({ line, fault }): CaptionNote => ({ path, line, name: '', reason: 'odd line', fault })),
  ]);
  const stems = new Set(
    place.names.flatMap((name) => {
      const known = place.clips.get(name);
      if (known !== undefined) return [known];
      return isOwnCaption(name) ? [] : [composed(name), stemOf(name)];
    }),
  );
  const files = place.names
    .filter((name) => isOwnCaption(name) && !isListOfCaptions(name) && !stems.has(stemOf(name)))
    .map((name): CaptionNote => {
      return { path: join(place.folder, name), name, reason: 'no clip', ...meant(name) };
    })
    // Beside single clips there may be texts about anything.
    .filter(({ meant }) => whole || meant !== undefined);
  return [...lines, ...files];
}

/** Lists of data sets hold more than captions; this many bytes are those of a hundred thousand clips. */
const MOST_CAPTION_BYTES = 64 * 2 ** 20;

/** A text file's content, or `undefined` where there is none. */
async function readText(path: string): Promise<string | undefined> {
  // A link that leads nowhere is there: whoever made it meant a caption.
  if (!(await isThere(path))) return undefined;
  const bytes = await readUserFile(path, refuseMedia('captions', path), MOST_CAPTION_BYTES);
  try {
    // Without a byte order mark, which the decoder takes off.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new MediaError(`captions "${path}" are not UTF-8 text. Save the file as UTF-8.`, { cause: error });
  }
}
