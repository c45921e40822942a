/** @file Parses lists of captions: `captions.tsv`, and the `metadata.jsonl` of data sets on the Hugging Face hub. */
import { parseJson } from '../checkpoints/json-text.ts';
import { onOneLine } from '../checkpoints/one-line.ts';
import { MediaError } from '../errors.ts';
import { composed } from './caption-files.ts';
import { type ClipPart, clipPartSchema } from './clip-part.ts';

/** One line of a list. */
export interface ListedCaption {
  /** Counted from 1. */
  readonly line: number;
  /** The clip's name, as written there. */
  readonly name: string;
  /** `undefined` if the line names a clip but has no caption. */
  readonly caption: string | undefined;
  /** The part of the clip that is used, if the line gives one. */
  readonly part?: ClipPart;
}

/** A malformed line of a list. */
export interface OddLine {
  /** Counted from 1. */
  readonly line: number;
  readonly fault: string;
}

/** The contents of a list. */
export interface CaptionList {
  readonly lines: readonly ListedCaption[];
  /** Lines that cannot be used. */
  readonly odd: readonly OddLine[];
}

/** A text on one line, with white space trimmed. */
export function onOneLineOfText(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

/** A name in the form used for comparison: without `./`, in Unicode normal form. */
export function nameInList(name: string): string {
  return composed(name).replace(/^(\.\/)+/, '');
}

/** First lines that are column headers. */
const HEADERS = /^(file|file_name|filename|name|clip|video)\t(caption|text|prompt)$/i;

/**
 * Parses a `captions.tsv`: on each line a name, a tab, a caption. Quotes around a caption, as written by spreadsheets,
 * are removed. A first line such as `file<TAB>caption` is a header. Throws `MediaError` for a malformed line, or a clip
 * named twice.
 */
export function parseCaptionTable(text: string, path: string): CaptionList {
  const captions: ListedCaption[] = [];
  const names = new Set<string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || (index === 0 && HEADERS.test(line.trim().replaceAll('"', '')))) continue;
    const fields = line.split('\t').map(onOneLineOfText);
    const [name, quoted] = fields;
    const caption = quoted && withoutQuotes(quoted);
    const wrong = (what: string) =>
      new MediaError({
        found: `captions "${path}", line ${index + 1}: ${what}`,
        expected: "a clip's name, a tab, and its caption on each line",
      });
    if (fields.length === 1) throw wrong(`there is no tab in "${onOneLine(line, 40)}"`);
    if (fields.length > 2) throw wrong(`there are ${fields.length - 1} tabs`);
    if (!name) throw wrong('the name is missing');
    if (!caption) throw wrong(`the caption of "${onOneLine(name, 40)}" is missing`);
    if (names.has(nameInList(name))) throw wrong(`"${onOneLine(name, 40)}" has a caption already`);
    names.add(nameInList(name));
    captions.push({ line: index + 1, name, caption });
  }
  return { lines: captions, odd: [] };
}

/** Formats a line of a `captions.tsv`. */
export function captionTableLine(name: string, caption: string): string {
  const isQuoted = withoutQuotes(caption) !== caption;
  return `${name}\t${isQuoted ? `"${caption.replaceAll('"', '""')}"` : caption}\n`;
}

/** A field without the quotes that spreadsheets put around it, in which inner quotes are doubled. */
function withoutQuotes(field: string): string {
  return /^"(?:[^"]|"")*"$/.test(field) ? onOneLineOfText(field.slice(1, -1).replaceAll('""', '"')) : field;
}

/** Keys that may hold the caption of a line. */
const CAPTION_KEYS = ['text', 'caption', 'prompt'] as const;
/** Limit on the JSON values of one line, since data sets also store boxes and embeddings there. */
const MOST_VALUES = 100_000;

/**
 * Parses a `metadata.jsonl`: on each line an object with the clip's name under `file_name`, its caption under `text`,
 * `caption` or `prompt`, and under `lamp` the part of the clip that is used (see `clipPartSchema`). Lines that are
 * malformed, have contradictory captions, or repeat a clip are reported as `odd`. Throws `MediaError` if all lines are
 * odd.
 */
export function parseMetadataLines(text: string, path: string): CaptionList {
  const lines: ListedCaption[] = [];
  const odd: OddLine[] = [];
  const names = new Set<string>();
  for (const [index, content] of text.split(/\r?\n/).entries()) {
    if (content.trim() === '') continue;
    const line = index + 1;
    const read = metadataLine(content);
    if ('fault' in read) odd.push({ line, fault: read.fault });
    else if (names.has(nameInList(read.name))) {
      odd.push({ line, fault: `"${onOneLine(read.name, 40)}" has been named before` });
    } else {
      names.add(nameInList(read.name));
      lines.push({ line, ...read });
    }
  }
  const [first] = odd;
  if (first && lines.length === 0) {
    throw new MediaError({
      found: `captions "${path}", line ${first.line}: ${first.fault}`,
      expected: 'an object such as {"file_name": "walk.mp4", "text": "a person walks"} on each line',
    });
  }
  return { lines, odd };
}

function metadataLine(content: string): Omit<ListedCaption, 'line'> | { readonly fault: string } {
  const entry = objectIn(content);
  if (!entry) return { fault: `"${onOneLine(content, 40)}" is not a JSON object` };
  const name = entry.file_name;
  if (typeof name !== 'string' || name.trim() === '') return { fault: '"file_name" is missing' };
  const given = CAPTION_KEYS.filter((key) => entry[key] !== undefined && entry[key] !== null);
  const noText = given.find((key) => typeof entry[key] !== 'string');
  if (noText) return { fault: `"${noText}" is not a string` };
  const found = given
    .map((key) => ({ key, caption: onOneLineOfText(entry[key] as string) }))
    .filter(({ caption }) => caption !== '');
  const [first, ...others] = found;
  const other = others.find(({ caption }) => caption !== first?.caption);
  if (first && other) return { fault: `"${first.key}" and "${other.key}" differ` };
  if (entry.lamp === undefined) return { name, caption: first?.caption };
  const part = clipPartSchema.safeParse(entry.lamp);
  if (!part.success) return { fault: '"lamp" is no part of a clip' };
  return { name, caption: first?.caption, part: part.data };
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
