/** @file Lists of captions: `captions.tsv` and the `metadata.jsonl` of data sets on the Hugging Face hub. */
import { parseJson } from '../checkpoints/json-text.ts';
import { onOneLine } from '../checkpoints/one-line.ts';
import { MediaError } from '../errors.ts';
import { composed } from './caption-files.ts';

/** One line of a list. */
export interface ListedCaption {
  /** Counted from 1. */
  readonly line: number;
  /** The clip's name as it is written there. */
  readonly name: string;
  /** `undefined` where the line names a clip and says nothing of it. */
  readonly caption: string | undefined;
}

/** A text on one line, without white space at its ends. */
export function onOneLineOfText(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

/** The name without `./`, in one Unicode form: what names are compared by. */
export function nameInList(name: string): string {
  return composed(name).replace(/^(\.\/)+/, '');
}

/** First lines that say what the columns are. */
const HEADERS = /^(file|file_name|filename|name|clip|video)\t(caption|text|prompt)$/i;

/**
 * The lines of a `captions.tsv`: a name, a tab, a caption. A first line such as `file<TAB>caption` is no caption.
 * Throws `MediaError` for a line that is not of that form, or names a clip twice.
 */
export function parseCaptionTable(text: string, path: string): ListedCaption[] {
  const captions: ListedCaption[] = [];
  const names = new Set<string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || (index === 0 && HEADERS.test(line.trim()))) continue;
    const fields = line.split('\t').map(onOneLineOfText);
    const [name, caption] = fields;
    const wrong = (what: string) =>
      new MediaError(
        `captions "${path}", line ${index + 1}: ${what}. Each line is a clip's name, a tab, and its caption.`,
      );
    if (fields.length === 1) throw wrong(`there is no tab in "${onOneLine(line, 40)}"`);
    if (fields.length > 2) throw wrong(`there are ${fields.length - 1} tabs`);
    if (!name) throw wrong('the name is missing');
    if (!caption) throw wrong(`the caption of "${onOneLine(name, 40)}" is missing`);
    if (names.has(nameInList(name))) throw wrong(`"${onOneLine(name, 40)}" has a caption already`);
    names.add(nameInList(name));
    captions.push({ line: index + 1, name, caption });
  }
  return captions;
}

/** Keys of a line that hold its caption. */
const CAPTION_KEYS = ['text', 'caption', 'prompt'] as const;
/** Values of one line: data sets keep boxes and embeddings beside captions. */
const MOST_VALUES = 100_000;

/**
 * The lines of a `metadata.jsonl`: an object each, with the clip's name under `file_name` and its caption under
 * `text`, `caption` or `prompt`. Throws `MediaError` for a line that is not of that form, has different captions, or
 * names a clip twice.
 */
export function parseMetadataLines(text: string, path: string): ListedCaption[] {
  const captions: ListedCaption[] = [];
  const names = new Set<string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const wrong = (what: string) =>
      new MediaError(
        `captions "${path}", line ${index + 1}: ${what}. Each line is an object such as {"file_name": "walk.mp4", "text": "a person walks"}.`,
      );
    const entry = objectIn(line);
    if (!entry) throw wrong(`"${onOneLine(line, 40)}" is no JSON object`);
    const name = entry.file_name;
    if (typeof name !== 'string' || name.trim() === '') throw wrong('"file_name" is missing');
    const found = CAPTION_KEYS.flatMap((key) => {
      const value = entry[key];
      if (value === undefined || value === null) return [];
      if (typeof value !== 'string') throw wrong(`"${key}" is no text`);
      const caption = onOneLineOfText(value);
      return caption === '' ? [] : [{ key, caption }];
    });
    const [first, ...others] = found;
    const other = others.find(({ caption }) => caption !== first?.caption);
    if (first && other) throw wrong(`"${first.key}" and "${other.key}" differ; keep one of them`);
    if (names.has(nameInList(name))) throw wrong(`"${onOneLine(name, 40)}" is there already`);
    names.add(nameInList(name));
    captions.push({ line: index + 1, name, caption: first?.caption });
  }
  return captions;
}

function objectIn(line: string): Record<string, unknown> | undefined {
  try {
    const value = parseJson(line, { values: MOST_VALUES });
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
