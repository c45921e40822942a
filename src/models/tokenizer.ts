/**
 * @file CLIP's tokenizer: converts a prompt to the 77 token ids that Stable Diffusion's text encoder takes. Byte-pair
 * merging comes from a package; the preprocessing is CLIP's own and must match exactly.
 */

import * as tokenizers from '@huggingface/tokenizers';
import { fixText } from './fix-text.ts';
import { readTokenizerFiles, type TokenizerFiles } from './tokenizer-files.ts';

/** The package's byte-pair merging. Its type files omit import extensions, so NodeNext resolves none of them. */
const { BPE } = tokenizers as unknown as {
  readonly BPE: new (settings: {
    vocab: Readonly<Record<string, number>>;
    merges: readonly (readonly [string, string])[];
    unk_token: string;
    end_of_word_suffix: string;
  }) => { encode(words: readonly string[]): string[] };
};

/** A tokenizer. Its token ids are indices into the text encoder's embedding table. */
export interface ClipTokenizer {
  /** Number of ids that `encode` returns: 77 for every Stable Diffusion. */
  readonly maxLength: number;
  readonly bosId: number;
  readonly eosId: number;
  /** Padding id: that of `<|endoftext|>` in SD 1.x, of `!` (0) in SD 2.x and XL's second encoder. */
  readonly padId: number;
  /** Exactly `maxLength` ids: begin, the prompt (truncated when too long), end, padding. */
  encode(prompt: string): number[];
  /** Begin, the whole prompt, end: shows whether `encode` would truncate it. */
  encodeUntruncated(prompt: string): number[];
}

/**
 * Reads the tokenizer of a diffusers folder (`vocab.json` and `merges.txt`, or `tokenizer.json`, with
 * `tokenizer_config.json` and `special_tokens_map.json` where they exist). Throws `CheckpointError` when a file is
 * missing, damaged, or lacks a token that the settings refer to.
 */
export async function loadTokenizer(folder: string): Promise<ClipTokenizer> {
  return makeTokenizer(await readTokenizerFiles(folder));
}

/** Python's white space in Unicode text; JavaScript's `\s` differs in U+001C to U+001F, U+0085 and U+FEFF. */
const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const SPACES = new RegExp(`[${SPACE}]+`, 'g');

/**
 * CLIP's word pattern, from the published model: contractions, letters, single digits, anything else. The text is
 * already in lower case. The original ignores case, so that ſ matches s, and U+0345 (a mark whose capital is the letter
 * Ι) matches nothing.
 */
const WORDS = new RegExp(
  `<\\|startoftext\\|>|<\\|endoftext\\|>|'[sſ]|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^${SPACE}\\u0345\\p{L}\\p{N}]+`,
  'gu',
);

/** These two are always recognised inside a text, whatever the settings use as begin and end. */
const NEVER_SPLIT: ReadonlySet<string> = new Set(['<|startoftext|>', '<|endoftext|>']);

/** Builds a tokenizer from the contents of its files. */
export function makeTokenizer(files: TokenizerFiles): ClipTokenizer {
  const { vocabulary, special, maxLength } = files;
  const merger = new BPE({
    vocab: Object.fromEntries(vocabulary),
    merges: files.merges,
    unk_token: special.unk,
    end_of_word_suffix: '</w>',
  });
  const idOf = (token: string) => vocabulary.get(token) ?? vocabulary.get(special.unk)!;
  const [bosId, eosId, padId] = [idOf(special.bos), idOf(special.eos), idOf(special.pad)];
  const splitter = splitterFor(files.wholeTokens);

  const encodeWords = (text: string): number[] =>
    clean(text).flatMap((word) =>
      NEVER_SPLIT.has(word) ? [idOf(word)] : merger.encode([asByteLetters(word)]).map(idOf),
    );
  const encodePrompt = (prompt: string): number[] =>
    prompt
      .split(splitter)
      // `split` with a group gives text, token, text, token, …
      .flatMap((part, index) => (index % 2 === 1 ? [idOf(part)] : encodeWords(part)));

  return {
    maxLength,
    bosId,
    eosId,
    padId,
    encodeUntruncated: (prompt) => [bosId, ...encodePrompt(prompt), eosId],
    encode: (prompt) => {
      const ids = [bosId, ...encodePrompt(prompt).slice(0, maxLength - 2), eosId];
      return [...ids, ...Array<number>(maxLength - ids.length).fill(padId)];
    },
  };
}

/** Repairs a text, normalises white space, converts it to lower case and splits it into words. */
function clean(text: string): string[] {
  return fixText(text).replace(SPACES, ' ').toLowerCase().match(WORDS) ?? [];
}

/** Matches verbatim tokens in the original prompt; of two at the same position the longer one. */
function splitterFor(tokens: readonly string[]): RegExp {
  const longestFirst = [...new Set(tokens)].sort((a, b) => b.length - a.length);
  return new RegExp(`(${longestFirst.map((token) => token.replace(/[^\w\s]/g, '\\$&')).join('|')})`);
}

/** GPT-2's letters for the 256 bytes: printable Latin-1 characters unchanged, the others in order from U+0100 on. */
export const byteLetters: readonly string[] = (() => {
  let next = 0x100;
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte !== 0xad);
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++));
})();

function asByteLetters(word: string): string {
  return Array.from(new TextEncoder().encode(word), (byte) => byteLetters[byte]!).join('');
}
