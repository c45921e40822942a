/** @file Output paths for the videos of several pictures. */
import { extname, join, parse } from 'node:path';
import { UsageError } from '../errors.ts';
import { assertVideoPath } from '../media/video-file.ts';
import { phrase, setting } from '../phrases.ts';

/** Kinds of videos for an output folder; `frames`: a folder of PNG frames each. */
export const targetFormats = ['mp4', 'gif', 'webm', 'frames'] as const;

/** See `targetFormats`. */
export type TargetFormat = (typeof targetFormats)[number];

const videoEndings: readonly string[] = ['.mp4', '.webm', '.gif'];

/**
 * Whether there is a single picture and `out` is its video. A folder or list that happens to contain one picture counts
 * only if `out` is a video's name.
 */
export function isSingle(pictures: readonly string[], out: string, many = false): boolean {
  return pictures.length === 1 && (!many || videoEndings.includes(extname(out).toLowerCase()));
}

/**
 * One path per picture. A single picture without a `format`, or with a matching extension, is written to `out`.
 * Otherwise (see `isSingle`) `out` is a folder, and each video is named after its picture; pictures of the same name
 * are numbered (`fox`, `fox-2`). Throws `UsageError` if `out` is a file name but there are several pictures, or if its
 * extension contradicts `format`.
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
            found: phrase`${setting('out')} "${out}" does not end in .${format ?? ''}, which ${setting('format')} asks for`,
            setting: 'out',
            advice: phrase`Leave ${setting('format')} out, or give a folder.`,
          },
    );
  }
  const taken = new Set<string>();
  return pictures.map((path) => {
    const { name } = parse(path);
    let free = name;
    // Some file systems ignore case.
    for (let n = 2; taken.has(free.toLowerCase()); n++) free = `${name}-${n}`;
    taken.add(free.toLowerCase());
    // The slash marks a folder, even if its name contains dots.
    return join(out, format === 'frames' ? `${free}/` : `${free}.${format ?? 'mp4'}`);
  });
}
