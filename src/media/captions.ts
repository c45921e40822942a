/** @file What each clip shows, in words: `walk.txt` beside `walk.mp4`, or a line in the folder's `captions.tsv`. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { onOneLine } from '../checkpoints/one-line.ts';
import { MediaError } from '../errors.ts';

/** Name of the list of captions in a folder of clips: a line each, the clip's name, a tab, its caption. */
export const CAPTIONS_NAME = 'captions.tsv';

/**
 * The captions of those clips that have one, by the clips' paths as given. A text file of the clip's name beside it
 * (`walk.txt` for `walk.mp4` or the folder `walk/`) goes before the folder's `captions.tsv`. That may begin with the line
 * `file<TAB>caption` and may name other clips too. Throws `MediaError` for a file that is empty, not UTF-8, or has a line
 * that is not a name, one tab and a caption, or names a clip twice.
 */
export async function captionsFor(clips: readonly string[]): Promise<Map<string, string>> {
  const lists = new Map<string, Map<string, string>>();
  const captions = new Map<string, string>();
  for (const clip of clips) {
    const folder = dirname(clip);
    if (!lists.has(folder)) lists.set(folder, await readList(join(folder, CAPTIONS_NAME)));
    const caption = (await readOwn(clip)) ?? lists.get(folder)!.get(basename(clip));
    if (caption !== undefined) captions.set(clip, caption);
  }
  return captions;
}

/** The caption in the text file beside a clip. */
async function readOwn(clip: string): Promise<string | undefined> {
  const path = `${clip.slice(0, clip.length - extname(clip).length)}.txt`;
  const text = await readText(path);
  if (text === undefined) return undefined;
  const caption = text.trim().replace(/\s+/g, ' ');
  if (caption !== '') return caption;
  throw new MediaError(`caption "${path}" is empty. Write what the clip shows, or remove the file.`);
}

async function readList(path: string): Promise<Map<string, string>> {
  const captions = new Map<string, string>();
  const lines = ((await readText(path)) ?? '').split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' || (index === 0 && line === 'file\tcaption')) continue;
    const fields = line.split('\t').map((field) => field.trim().replace(/\s+/g, ' '));
    const [name, caption] = fields;
    const wrong = (what: string) =>
      new MediaError(
        `captions "${path}", line ${index + 1}: ${what}. Each line is a clip's name, a tab, and its caption.`,
      );
    if (fields.length === 1) throw wrong(`there is no tab in "${onOneLine(line, 40)}"`);
    if (fields.length > 2) throw wrong(`there are ${fields.length - 1} tabs`);
    if (!name) throw wrong('the name is missing');
    if (!caption) throw wrong(`the caption of "${onOneLine(name, 40)}" is missing`);
    if (captions.has(name)) throw wrong(`"${onOneLine(name, 40)}" has a caption already`);
    captions.set(name, caption);
  }
  return captions;
}

/** A text file's content, or `undefined` where there is none. */
async function readText(path: string): Promise<string | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new MediaError(`captions "${path}" cannot be read (${code}). Check its permissions.`, {
      cause: error,
    });
  }
  try {
    // Without a byte order mark, which the decoder takes off.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new MediaError(`captions "${path}" are not UTF-8 text. Save the file as UTF-8.`, { cause: error });
  }
}
