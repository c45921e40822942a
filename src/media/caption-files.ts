/** @file Names of caption files, and names of clips as people write them. */
import { basename, extname } from 'node:path';
import { clipKindOfName } from './clip-names.ts';

/** Name of the list of captions in a folder of clips: on each line a clip's name, a tab, and its caption. */
export const CAPTIONS_NAME = 'captions.tsv';

/** Name of the list of captions in data sets on the Hugging Face hub: a JSON object per line. */
export const METADATA_NAME = 'metadata.jsonl';

/** Extensions of files with the caption of the clip of the same name. */
const OWN_ENDINGS: readonly string[] = ['.txt', '.caption'];

/** Texts beside clips that are about all of them. */
const ABOUT =
  /^(readme|licen[cs]es?|copying|notice|credits|attribution|sources?|changelog)\b[^.]*(\.\d[^.]*)*(\.(txt|md|rst|html?))?$/i;

/** Whether a file of this name beside clips can hold captions. */
export function isCaptionFile(name: string): boolean {
  return isOwnCaption(name) || isListOfCaptions(name);
}

/** Whether it is a text about the whole set, such as `README.md` or `LICENSE`. */
export function isAboutAll(name: string): boolean {
  return ABOUT.test(name);
}

/** Whether it can hold the caption of one clip: `walk.txt`, `walk.TXT`, `walk.caption`. */
export function isOwnCaption(name: string): boolean {
  return OWN_ENDINGS.includes(extname(name).toLowerCase()) && !isAboutAll(name);
}

/** Whether it is `captions.tsv` or `metadata.jsonl`, in upper or lower case. */
export function isListOfCaptions(name: string): boolean {
  return [CAPTIONS_NAME, METADATA_NAME].includes(name.toLowerCase());
}

/** The name of a file without its extension, in Unicode normal form, since macOS and Linux write "é" differently. */
export function stemOf(name: string): string {
  return composed(name.slice(0, name.length - extname(name).length));
}

/** A name in Unicode normal form C. */
export function composed(name: string): string {
  return name.normalize('NFC');
}

/**
 * The name in a folder that a name not found there clearly means: the same without surrounding quotes, a leading `./`
 * or trailing slashes, or the only clip with that name and an extension. `undefined` if there is none or more than one.
 * Case and folders must match, since they may distinguish clips.
 */
export function clipMeant(written: string, names: readonly string[]): string | undefined {
  const name = composed(written.trim())
    .replace(/^(["'])(.*)\1$/u, '$2')
    .replace(/^(\.[/\\])+/, '')
    .replace(/[/\\]+$/, '');
  const same = names.find((each) => composed(each) === name);
  if (same !== undefined) return same;
  const alike = names.filter((each) => clipKindOfName(each) !== undefined && stemOf(each) === name);
  return alike.length === 1 ? alike[0] : undefined;
}

/** A name without everything that people get wrong: quotes, folders, the extension, upper and lower case. */
export function looseName(name: string): string {
  const bare = name
    .trim()
    .replace(/^["'`“”‘’«»]+|["'`“”‘’«»]+$/gu, '')
    .replaceAll('\\', '/');
  const last = basename(bare);
  const ending = extname(last);
  // Only what can be an extension: "v1.2" is kept whole.
  const stem = /^\.[a-z][a-z0-9]{1,4}$/i.test(ending) ? last.slice(0, last.length - ending.length) : last;
  return stem.normalize('NFKC').toLowerCase().trim();
}
