/** @file Where the videos of pictures go. */
import { extname, join, parse } from 'node:path';
import { UsageError } from '../errors.ts';
import { assertVideoPath } from '../media/video-file.ts';
import { phrase, setting } from '../phrases.ts';

/** Kinds of videos that a folder can be filled with; `frames`: a folder of PNG frames for each. */
export const targetFormats = ['mp4', 'gif', 'webm', 'frames'] as const;

/** See `targetFormats`. */
export type TargetFormat = (typeof targetFormats)[number];

const videoEndings: readonly string[] = ['.mp4', '.webm', '.gif'];

/** Whether there is one picture, and `out` is its video: not where it is one by chance and `out` is no video's name. */
export function isSingle(pictures: readonly string[], out: string, many = false): boolean {
  return pictures.length === 1 && (!many || videoEndings.includes(extname(out).toLowerCase()));
}

/**
 * One path for each picture. One picture without a `format` goes to `out`, whose ending decides what it becomes, as
 * does one whose `out` ends as its format does. Else (see `isSingle`) `out` is a folder, and each video is called
 * after its picture; pictures of one name are numbered (`fox`, `fox-2`). Throws `UsageError` when `out` is a file's
 * name but there are several pictures, or another format's.
 */
export function videoTargets(
  pictures: readonly string[],
  out: string,
  format?: TargetFormat,
  many = false,
): string[] {
  const ending = extname(out).toLowerCase();
  if (isSingle(pictures, out, many) && (format === undefined || ending === `.${format}`)) {
    assertVideoPath(out);
    return [out];
  }
  if (videoEndings.includes(ending)) {
    throw new UsageError(
      pictures.length > 1
        ? {
            found: phrase`${setting('out')} "${out}" is one video, but there are ${pictures.length} pictures`,
            setting: 'out',
            advice: phrase`Give a folder, and the kind of videos with ${setting('format')}.`,
          }
        : {
            found: phrase`${setting('out')} "${out}" is no .${format ?? ''}`,
            setting: 'out',
            advice: phrase`Leave ${setting('format')} out, or give a folder.`,
          },
    );
  }
  const taken = new Set<string>();
  return pictures.map((path) => {
    const { name } = parse(path);
    let free = name;
    // Some file systems do not tell capitals from small letters.
    for (let n = 2; taken.has(free.toLowerCase()); n++) free = `${name}-${n}`;
    taken.add(free.toLowerCase());
    // The slash says that it is a folder, whatever dots are in the name.
    return join(out, format === 'frames' ? `${free}/` : `${free}.${format ?? 'mp4'}`);
  });
}
