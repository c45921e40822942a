/** @file Names of the files that captions can stand in, and names of clips as people write them. */
import { basename, extname } from 'node:path';
import { clipKindOfName } from './clip.ts';

/** Name of the list of captions in a folder of clips: a line each, the clip's name, a tab, its caption. */
export const CAPTIONS_NAME = 'captions.tsv';

/** The list of captions that data sets on the Hugging Face hub have: a JSON object a line. */
export const METADATA_NAME = 'metadata.jsonl';

/** Endings of files with one caption, of the clip whose name they have. */
const OWN_ENDINGS: readonly string[] = ['.txt', '.caption'];

/** Texts that lie beside clips and are about all of them. */
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

/** The name of a file without its ending, in one Unicode form: macOS and Linux write "é" differently. */
export function stemOf(name: string): string {
  return composed(name.slice(0, name.length - extname(name).length));
}

/** A name in one Unicode form (NFC). */
export function composed(name: string): string {
  return name.normalize('NFC');
}

/**
 * Which of the names in a folder one clearly means that is not among them: the same without the quotes around it, a
 * leading `./`, or slashes at its end, or the one clip that is called so but for its ending. `undefined` where there is
 * none, or more than one. Upper and lower case and folders count: those may be other clips.
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

/**
 * What is left of a name when all is taken off that people mistake: quotes, folders, the ending, upper and lower case.
 */
export function looseName(name: string): string {
  const bare = name
    .trim()
    .replace(/^["'`“”‘’«»]+|["'`“”‘’«»]+$/gu, '')
    .replaceAll('\\', '/');
  const last = basename(bare);
  const ending = extname(last);
  // Only what can be an ending: of "v1.2" nothing is taken off.
  const stem = /^\.[a-z][a-z0-9]{1,4}$/i.test(ending) ? last.slice(0, last.length - ending.length) : last;
  return stem.normalize('NFKC').toLowerCase().trim();
}
