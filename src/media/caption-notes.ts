/** @file Notes on the captions of a set: captions that are not used, and those whose clip had to be guessed. */

import { onOneLine } from '../checkpoints/one-line.ts';
import { type GivenParts, phrase } from '../phrases.ts';

/** A note on a caption or a line of a list. */
export interface CaptionNote {
  /** The file: a list of captions, or the caption itself. */
  readonly path: string;
  /** In a list: which line, counted from 1. */
  readonly line?: number;
  /** The name of the clip, as written; `''` if it cannot be read. */
  readonly name: string;
  /**
   * `no clip` of that name, `no caption` on the line, `odd line` that cannot be read, or `matched`: used for the clip
   * `meant`, whose name differs.
   */
  readonly reason: 'no clip' | 'no caption' | 'odd line' | 'matched';
  /** The clip that is meant, or may be. */
  readonly meant?: string;
  /** What is wrong with an odd line. */
  readonly fault?: string;
}

const plural = (count: number, one: string, many: string) => (count === 1 ? one : many);

/** The predicate for a number of lines of a list, by reason. */
const OF_LINES = {
  matched: (count: number) =>
    `${plural(count, 'names its clip', 'name their clips')} differently and ${plural(count, 'is', 'are')} used`,
  'no clip': (count: number) => `${plural(count, 'matches', 'match')} no clip`,
  'no caption': (count: number) =>
    `${plural(count, 'has', 'have')} no caption under "text", "caption" or "prompt"`,
  'odd line': (count: number) => `cannot be used and ${plural(count, 'is', 'are')} left out`,
} as const;

/** Words the notes in parts: once for each list and reason, and once for caption files that match no clip. */
export function describeCaptionNotes(notes: readonly CaptionNote[]): GivenParts[] {
  const described: GivenParts[] = [];
  const lists = new Set(notes.flatMap(({ path, line }) => (line === undefined ? [] : [path])));
  for (const list of lists) {
    for (const reason of Object.keys(OF_LINES) as CaptionNote['reason'][]) {
      const lines = notes.filter(
        (each) => each.path === list && each.line !== undefined && each.reason === reason,
      );
      if (lines.length === 0) continue;
      const count = `${lines.length} ${plural(lines.length, 'line', 'lines')}`;
      described.push(someOf(`${count} of "${list}" ${OF_LINES[reason](lines.length)}`, lines));
    }
  }
  const files = notes.filter(({ line }) => line === undefined);
  if (files.length > 0) {
    const those = plural(files.length, 'caption file matches', 'caption files match');
    described.push(someOf(`${files.length} ${those} no clip`, files));
  }
  return described;
}

/** Names the first three, and the clips that may be meant by them. */
function someOf(what: string, notes: readonly CaptionNote[]): GivenParts {
  const shown = notes.slice(0, 3);
  const unsure = shown.filter(({ reason, meant }) => reason === 'no clip' && meant !== undefined);
  return {
    found: `${what}: ${shown.map(oneOf).join(', ')}${notes.length > 3 ? ', …' : '.'}`,
    advice: unsure.map(
      (note) => phrase`Is ${quoted(note.meant!)} meant${notes.length === 1 ? '' : placeOf(note)}?`,
    ),
  };
}

function placeOf({ name, line }: CaptionNote): string {
  return line === undefined ? ` by ${quoted(name)}` : ` in line ${line}`;
}

function oneOf({ name, line, reason, meant, fault }: CaptionNote): string {
  if (reason === 'odd line') return `line ${line} (${fault})`;
  if (reason === 'matched') return `${quoted(name)} for ${quoted(meant!)} (line ${line})`;
  return line === undefined ? quoted(name) : `${quoted(name)} (line ${line})`;
}

function quoted(name: string): string {
  return `"${onOneLine(name, 80)}"`;
}
