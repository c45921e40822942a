/** @file Resolves paths of clips and folders of clips to a list of clips, and reports other files. */

import { stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { assertUserFile } from '../checkpoints/user-file.ts';
import { MediaError } from '../errors.ts';
import { call, type GivenParts, phrase } from '../phrases.ts';
import { isAboutAll, isCaptionFile } from './caption-files.ts';
import { CLIP_CHOICES, clipKindOfName } from './clip.ts';
import {
  conversionLine,
  isTransportStream,
  maybeTransportStream,
  type NoClipKind,
  unreadVideoKind,
  whyNoClip,
} from './file-kinds.ts';
import { areNumberedPictures, isSystemFile, visibleNames } from './picture-folder.ts';
import { clipError, refuseMedia } from './refuse-media.ts';
import { sharp } from './sharp.ts';

/** Something in a folder of clips that is not used. */
export interface PassedOver {
  readonly path: string;
  /**
   * What it is: a file of some kind, one left behind by the system (`system`), a folder that is nearly a clip
   * (`nearly frames`), one that contains clips (`folder of clips`), or another folder.
   */
  readonly kind: NoClipKind | 'system' | 'nearly frames' | 'folder of clips' | 'folder';
  /** What it is, such as "a single picture". */
  readonly reason: string;
  /** How to use it, in a sentence, if that is possible. */
  readonly advice?: string;
}

/** The clips found. */
export interface ClipSet {
  readonly clips: readonly string[];
  /** Other contents of the folders, except hidden files, captions, and texts such as `README.md`. */
  readonly passedOver: readonly PassedOver[];
  /** The folders of clips that were searched. */
  readonly folders: readonly string[];
}

/** The clips of {@link findClipSet}. */
export async function findClips(paths: readonly string[]): Promise<string[]> {
  return [...(await findClipSet(paths)).clips];
}

/**
 * Finds the clips at these paths, each of which is a clip or a folder of clips. A folder that contains numbered
 * pictures and nothing else is itself a clip; in any other folder the clips (files and folders of numbered pictures)
 * are listed by name, and everything else is skipped. No clip is listed twice. Throws `MediaError` if a path is
 * missing, a folder contains no clip, or a file is of an unknown kind. Files are opened only to distinguish animations
 * from still pictures, and videos from TypeScript.
 */
export async function findClipSet(paths: readonly string[]): Promise<ClipSet> {
  const clips = new Map<string, string>();
  const passedOver = new Map<string, PassedOver>();
  const folders = new Map<string, string>();
  for (const path of paths) {
    const found = await clipsAt(path);
    for (const clip of found.clips) addTo(clips, resolve(clip), clip);
    for (const each of found.passedOver) addTo(passedOver, resolve(each.path), each);
    for (const folder of found.folders) addTo(folders, resolve(folder), folder);
  }
  return {
    clips: [...clips.values()],
    // A folder named explicitly is used, even if its parent is named as well.
    passedOver: [...passedOver].flatMap(([place, each]) =>
      clips.has(place) || folders.has(place) ? [] : [each],
    ),
    folders: [...folders.values()],
  };
}

function addTo<T>(found: Map<string, T>, place: string, value: T): void {
  if (!found.has(place)) found.set(place, value);
}

async function clipsAt(path: string): Promise<ClipSet> {
  const kind = await kindOf(path);
  if (kind === undefined) {
    await stat(path).catch(async (error: unknown) => {
      throw await clipError(error, path);
    });
  }
  if (kind === 'file') {
    await assertClipFile(path);
    return { clips: [path], passedOver: [], folders: [] };
  }
  const names = await visibleNames(path);
  const own = names.filter((name) => !isSystemFile(name));
  if (await areFrames(path, own)) {
    return { clips: [path], passedOver: systemFiles(path, names), folders: [] };
  }
  const clips: string[] = [];
  const passedOver: PassedOver[] = [];
  for (const name of names) {
    const member = join(path, name);
    if (isSystemFile(name)) passedOver.push(...systemFiles(path, [name]));
    else if ((await kindOf(member)) === 'folder') {
      const inside = await visibleNames(member);
      const why = await whyNoFrames(member, inside);
      if (why === undefined) {
        clips.push(member);
        passedOver.push(...systemFiles(member, inside));
      } else passedOver.push({ path: member, ...why });
    } else if (await isClipFile(member)) clips.push(member);
    else if (!isCaptionFile(name) && !isAboutAll(name)) {
      passedOver.push({ path: member, ...whyNoClip(name) });
    }
  }
  if (clips.length === 0) throw noClip(path, own, passedOver);
  return { clips, passedOver, folders: [path] };
}

/** Describes what is not used: nothing, or one text with its number and the first names, and how to use these. */
export function describePassedOver(passedOver: readonly PassedOver[]): GivenParts[] {
  if (passedOver.length === 0) return [];
  const first = passedOver.slice(0, 3);
  const shown = first.map(({ path, reason }) => `"${path}" (${reason})`);
  const many =
    passedOver.length === 1
      ? 'one item beside the clips is'
      : `${passedOver.length} items beside the clips are`;
  return [
    {
      found: `${many} not used: ${shown.join(', ')}${passedOver.length > 3 ? ', …' : '.'}`,
      advice: [
        ...first.flatMap(({ advice }) => advice ?? []),
        ...(passedOver.length > 3 ? [phrase`"${call('examineClips')}" lists all.`] : []),
      ],
    },
  ];
}

function noClip(folder: string, names: readonly string[], passedOver: readonly PassedOver[]): MediaError {
  const expected = CLIP_CHOICES;
  if (names.length === 0) return new MediaError({ found: `folder "${folder}" is empty`, expected });
  const pictures = names.filter((name) => areNumberedPictures([name]));
  const odd = names.find((name) => !areNumberedPictures([name]));
  const some = `${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}`;
  if (odd !== undefined && pictures.length > 1) {
    const advice = `Its ${pictures.length} numbered pictures are a clip once "${odd}" is no longer among them.`;
    return new MediaError({ found: `folder "${folder}" holds no clip (found ${some})`, expected, advice });
  }
  // The first item that could become a clip.
  const helpful =
    passedOver.find(({ kind }) => kind === 'unread video') ??
    passedOver.find(({ advice }) => advice !== undefined);
  const why = helpful ? `; "${basename(helpful.path)}": ${helpful.reason}` : '';
  return new MediaError({
    found: `folder "${folder}" holds no clip (found ${some}${why})`,
    expected,
    advice: helpful?.advice,
  });
}

/** Throws `MediaError` unless a file named explicitly can be a clip. */
async function assertClipFile(path: string): Promise<void> {
  const video = unreadVideoKind(path);
  if (video) {
    throw new MediaError({
      found: `clip "${path}": ${video} is not read`,
      advice: `Convert it: ${conversionLine(path)}`,
    });
  }
  if (!clipKindOfName(path)) {
    const ending = extname(path);
    throw new MediaError({
      found: `"${path}" ${ending ? `ends in ${ending}` : 'has no ending'}`,
      expected: CLIP_CHOICES,
    });
  }
  await assertUserFile(path, refuseMedia('clip', path));
  if (maybeTransportStream(path) && !(await isTransportStream(path))) {
    throw new MediaError({
      found: `"${path}" is not an MPEG transport stream, although its name says so`,
      expected: CLIP_CHOICES,
    });
  }
}

async function isClipFile(path: string): Promise<boolean> {
  if (extname(path).toLowerCase() === '.webp') return isAnimated(path); // A still WebP among clips counts as a picture.
  if (maybeTransportStream(path)) return isTransportStream(path);
  return clipKindOfName(path) !== undefined;
}

/** Whether a folder with these names (without system files) is a clip. */
async function areFrames(folder: string, names: readonly string[]): Promise<boolean> {
  return areNumberedPictures(names) && !(await isAnimated(join(folder, names[0]!)));
}

/** Why a folder is not a clip; `undefined` if it is one. */
async function whyNoFrames(
  folder: string,
  all: readonly string[],
): Promise<Omit<PassedOver, 'path'> | undefined> {
  const names = all.filter((name) => !isSystemFile(name));
  if (names.length === 0) return { kind: 'folder', reason: 'an empty folder' };
  if (await areFrames(folder, names)) return undefined;
  const odd = names.find((name) => !areNumberedPictures([name]));
  const pictures = names.filter((name) => areNumberedPictures([name])).length;
  if (odd !== undefined && pictures > 0) {
    const count = `${pictures} numbered picture${pictures === 1 ? '' : 's'}`;
    return {
      kind: 'nearly frames',
      reason: `a folder with "${odd}" among its ${count}`,
      advice: `Move "${odd}" elsewhere to use "${basename(folder)}" as a clip.`,
    };
  }
  for (const name of names) {
    const member = join(folder, name);
    const isClip =
      (await kindOf(member)) === 'folder'
        ? await areFrames(
            member,
            (await visibleNames(member)).filter((each) => !isSystemFile(each)),
          )
        : await isClipFile(member);
    if (isClip) {
      return {
        kind: 'folder of clips',
        reason: 'a folder with clips of its own',
        advice: `Name "${basename(folder)}" itself to use its clips.`,
      };
    }
  }
  return whyNoClip(names[0]!).kind === 'picture'
    ? {
        kind: 'nearly frames',
        reason: `a folder with pictures that are not numbered, such as "${names[0]}"`,
        advice: `Number the pictures in "${basename(folder)}" to use it as a clip.`,
      }
    : { kind: 'folder', reason: 'a folder without clips' };
}

function systemFiles(folder: string, names: readonly string[]): PassedOver[] {
  return names
    .filter(isSystemFile)
    .map((name) => ({ path: join(folder, name), kind: 'system', reason: 'left there by the system' }));
}

async function isAnimated(path: string): Promise<boolean> {
  if (extname(path).toLowerCase() !== '.webp') {
    return false;
  }
  // Anything that is not a regular file counts as a clip, so that reading it reports it by name.
  if (!(await isReadable(path))) return true;
  const header = await sharp(path)
    .metadata()
    .catch(() => undefined);
  return (header?.pages ?? 1) > 1;
}

function isReadable(path: string): Promise<boolean> {
  return assertUserFile(path, refuseMedia('clip', path)).then(
    () => true,
    () => false,
  );
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && (found.isDirectory() ? 'folder' : 'file');
}
