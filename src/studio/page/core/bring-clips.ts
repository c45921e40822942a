/** @file Brings clips into the studio, one after the other. */
import type { Problem } from '../../api/problem-api.ts';
import { ask, problemOf, sendFile } from './api-client.ts';
import type { BroughtFile } from './dropped-files.ts';
import { outdate } from './studio-state.ts';

/** A file that could not be brought. */
export interface Refused {
  readonly name: string;
  readonly problem: Problem;
}

/** How far the bringing is. */
export interface Bringing {
  readonly done: number;
  readonly all: number;
  readonly name: string;
  /** Of the file that is being sent, the share. */
  readonly share: number;
}

/** Captions and settings that lie beside clips come along; others are left out without a word. */
const useful = /\.(mp4|m4v|mov|webm|mkv|gif|webp|apng|png|jpe?g|bmp|tiff?|txt|caption|tsv|jsonl)$/i;

/**
 * Brings files into the set `set`, or into a new one; returns the set, identifiers of the clips that came of them, and
 * what was refused. One after the other, since each is read when it has come.
 */
export async function bringClips(
  files: readonly BroughtFile[],
  set: string | undefined,
  tell: (bringing: Bringing) => void,
): Promise<{
  readonly set: string;
  readonly clips: readonly string[];
  readonly refused: readonly Refused[];
}> {
  const wanted = files.filter(({ file }) => useful.test(file.name));
  const place = set ?? (await ask('newClipSet', { body: { title: titleFor(files) } })).id;
  const refused: Refused[] = files
    .filter((each) => !wanted.includes(each))
    .map(({ file: { name } }) => ({
      name,
      problem: { kind: 'MediaError', message: 'this kind of file is no clip' },
    }));
  const clips: string[] = [];
  for (const [done, { file, folder }] of wanted.entries()) {
    const { name } = file;
    const say = (share: number) => tell({ done, all: wanted.length, name, share });
    say(0);
    const query = { name, ...(folder === undefined ? {} : { folder }) };
    try {
      const { clip } = await sendFile('uploadClip', file, { ids: { id: place }, query }, say);
      if (clip) clips.push(clip.id);
    } catch (error) {
      refused.push({ name, problem: problemOf(error) });
    }
  }
  outdate('clips');
  return { set: place, clips, refused };
}

/** A name for a new set: that of the folder, or of the clip, else the day. */
function titleFor(files: readonly BroughtFile[]): string {
  const path = files[0]?.file.webkitRelativePath.split('/')[0];
  if (path) return path;
  if (files.length === 1) return files[0]!.file.name.replace(/\.\w+$/, '').slice(0, 200) || 'Clips';
  return `Clips of ${new Date().toLocaleDateString('en-GB', { day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' })}`;
}
