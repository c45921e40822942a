/**
 * @file Reads the captions of clips: `walk.txt` beside `walk.mp4`, or a line in the folder's `captions.tsv` or
 * `metadata.jsonl`; and finds captions that belong to no clip.
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
import type { ClipPart } from './clip-part.ts';
import { refuseMedia } from './refuse-media.ts';

/** The captions of a set of clips. */
export interface ClipCaptions {
  /** Captions by the clips' paths as given, for clips that have one. */
  readonly captions: ReadonlyMap<string, string>;
  /** Parts of clips that `metadata.jsonl` gives, by the clips' paths. */
  readonly parts: ReadonlyMap<string, ClipPart>;
  /** Notes on captions that are not used, or whose clip is named differently. */
  readonly notes: readonly CaptionNote[];
}

/** The captions found by {@link readCaptions}. */
export async function captionsFor(clips: readonly string[]): Promise<ReadonlyMap<string, string>> {
  return (await readCaptions(clips)).captions;
}

/**
 * Reads the captions of clips. A text file with the clip's name beside it (`walk.txt`, `walk.TXT` or `walk.caption` for
 * `walk.mp4` or the folder `walk/`) takes precedence over the folder's `captions.tsv`, and that over its
 * `metadata.jsonl` (see `caption-lists.ts`). Names must match exactly except for their Unicode form; a line without an
 * exact match is used for the clip that it clearly means (see `clipMeant`), unless something else names that clip.
 * Lists may name other existing files. `notes` reports lines without an exact match, and caption files without a clip
 * in `folders`, the folders that are trained on as a whole. Throws `MediaError` for a file that is empty, not UTF-8 or
 * malformed, and for two files with different captions of one clip.
 */
export async function readCaptions(
  clips: readonly string[],
  folders: readonly string[] = [],
): Promise<ClipCaptions> {
  const whole = new Set(folders.map((folder) => resolve(folder)));
  const places = new Map<string, Place>();
  const captions = new Map<string, string>();
  const parts = new Map<string, ClipPart>();
  for (const clip of clips) {
    const { folder, name } = whereIs(clip);
    if (!places.has(folder)) places.set(folder, await lookAround(folder, clip));
    const place = places.get(folder)!;
    const stem = await stemOfClip(clip, name);
    place.clips.set(name, stem);
    const own = await readOwn(clip, stem, place);
    const caption = own ?? place.listed.get(nameInList(name))?.caption;
    if (caption !== undefined) captions.set(clip, caption);
    const part = place.parts.get(nameInList(name));
    if (part) parts.set(clip, part);
  }
  const notes = [...places].flatMap(([folder, place]) => notesOn(place, whole.has(folder)));
  return { captions, parts, notes };
}

/** A folder of clips and its captions. */
interface Place {
  /** Its name in messages. */
  readonly folder: string;
  /** Names of all its members. */
  readonly names: readonly string[];
  readonly lists: readonly PlacedList[];
  /** The lines in use, by the names of existing members, else by the names in the lines. */
  readonly listed: ReadonlyMap<string, ListedCaption>;
  /** Parts of clips that the lists give, by the names of existing members, else by the names in the lines. */
  readonly parts: ReadonlyMap<string, ClipPart>;
  /** The known clips in this folder, with the names of their own caption files. */
  readonly clips: Map<string, string>;
}

/** A list of captions and its location. */
interface PlacedList extends CaptionList {
  readonly path: string;
}

function whereIs(clip: string): { folder: string; name: string } {
  const place = resolve(clip);
  return { folder: dirname(place), name: basename(place) };
}

async function lookAround(place: string, clip: string): Promise<Place> {
  // The folder as the user named it, if possible: not for a clip ".".
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
  const listed = usedLines(lists, names);
  return { folder: shown, names, lists, listed, parts: listedParts(lists, names), clips: new Map() };
}

/** The parts of clips in the lists; a line that names its clip exactly takes precedence. */
function listedParts(lists: readonly CaptionList[], names: readonly string[]): Map<string, ClipPart> {
  const there = new Set(names.map(nameInList));
  const parts = new Map<string, ClipPart>();
  const isExact = ({ name }: ListedCaption) => there.has(nameInList(name));
  const lines = lists.flatMap((list) => list.lines);
  for (const line of [...lines.filter(isExact), ...lines.filter((each) => !isExact(each))]) {
    const clip = isExact(line) ? line.name : clipMeant(line.name, names);
    if (line.part && clip !== undefined && !parts.has(nameInList(clip)))
      parts.set(nameInList(clip), line.part);
  }
  return parts;
}

/** Assigns lines of the lists to names; earlier lists take precedence. */
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

/** The list of that name, ignoring case. */
function listNamed(wanted: string, names: readonly string[]): string | undefined {
  return names.includes(wanted) ? wanted : names.find((name) => name.toLowerCase() === wanted);
}

/** Reads the caption from the text file beside a clip. */
async function readOwn(clip: string, stem: string, { folder, names }: Place): Promise<string | undefined> {
  const files = names.filter((each) => isOwnCaption(each) && stemOf(each) === stem);
  const found: { path: string; caption: string }[] = [];
  for (const each of files.length > 0 ? files : [`${stem}.txt`]) {
    const path = join(folder, each);
    const text = await readText(path);
    if (text === undefined) continue;
    const caption = onOneLineOfText(text);
    if (caption === '') {
      throw new MediaError({
        found: `caption "${path}" is empty`,
        advice: 'Write what the clip shows, or remove the file.',
      });
    }
    found.push({ path, caption });
  }
  const other = found.find(({ caption }) => caption !== found[0]!.caption);
  if (other) {
    throw new MediaError({
      found: `clip "${clip}" has two captions, "${found[0]!.path}" and "${other.path}", which differ`,
      advice: 'Remove one.',
    });
  }
  return found[0]?.caption;
}

/** The name of a clip's own caption file, without its extension: for a folder, the whole name including dots. */
async function stemOfClip(clip: string, name: string): Promise<string> {
  const isFolder = await stat(clip).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? composed(name) : stemOf(name);
}

/** Notes on captions without an exact match; `whole`: the folder is trained on as a whole. */
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
        const isUseless = caption === undefined && listed.part === undefined;
        return isUseless ? [{ path, line, name, reason: 'no caption' }] : [];
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
    // Texts beside single clips may be about anything.
    .filter(({ meant }) => whole || meant !== undefined);
  return [...lines, ...files];
}

/** Size limit of a caption file in bytes, enough for a data set of a hundred thousand clips. */
const MOST_CAPTION_BYTES = 64 * 2 ** 20;

/** A text file's content; `undefined` if there is no such file. */
async function readText(path: string): Promise<string | undefined> {
  // A dangling link counts as existing, since it was meant as a caption.
  if (!(await isThere(path))) return undefined;
  const bytes = await readUserFile(path, refuseMedia('captions', path), MOST_CAPTION_BYTES);
  try {
    // The decoder removes a byte order mark.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new MediaError(
      { found: `captions "${path}" are not UTF-8 text`, advice: 'Save the file as UTF-8.' },
      { cause: error },
    );
  }
}
