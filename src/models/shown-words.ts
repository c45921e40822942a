/** @file `words.json` in a base model's folder: subjects of its training images, in the words of their captions. */
import { join } from 'node:path';
import { z } from 'zod';
import { exists } from '../checkpoints/exists.ts';
import { readJsonFile } from '../checkpoints/json-file.ts';
import { call, type GivenParts, phrase } from '../phrases.ts';

/** Lists of phrases by category, such as `things`: "a panda", "an elephant". */
export const shownPhrasesSchema = z.record(z.string(), z.array(z.string().min(1)));

/** See `shownPhrasesSchema`. */
export type ShownPhrases = z.infer<typeof shownPhrasesSchema>;

/** Name of the file. */
export const SHOWN_NAME = 'words.json';

/**
 * Subjects of a base model's training images; `undefined` when not listed. Throws `CheckpointError` for a damaged file.
 */
export async function readShownPhrases(folder: string): Promise<ShownPhrases | undefined> {
  const path = join(folder, SHOWN_NAME);
  if (!(await exists(path))) return undefined;
  return readJsonFile(path, shownPhrasesSchema, 'the list of what the base model was shown');
}

/**
 * The distinct words of a text that occur in none of the phrases, in lower case and in order. Runs of letters and
 * digits count as words, but not numbers, punctuation, or words that name nothing to draw (`and`, `near`, `two`).
 */
export function wordsNeverShown(shown: ShownPhrases, text: string): string[] {
  const known = new Set(Object.values(shown).flatMap((phrases) => phrases.flatMap(wordsOf)));
  return [...new Set(wordsOf(text))].filter((word) => !known.has(word) && !functionWords.has(word));
}

/** The parts of a notice about such words; `name` is the model's. */
export function neverShown(name: string, words: readonly string[]): GivenParts {
  if (name !== 'built-in') return { found: `the base model "${name}" was never shown: ${words.join(', ')}` };
  return {
    found: `the built-in model was never shown: ${words.join(', ')}`,
    advice: phrase`To see what it can draw: ${call('inspect', { path: 'built-in' })}`,
  };
}

/** English words that connect, count or point, and name nothing themselves. */
const functionWords = new Set(
  `a an the and or but with without of to from by at in on into onto over under near beside behind between above below
  through around along across is are was be being that this these those it its his her their as like some many few
  several both all one two three four five six seven eight nine ten very while who which`.split(/\s+/),
);

function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu)
      ?.filter((word) => /\p{L}/u.test(word)) ?? []
  );
}
