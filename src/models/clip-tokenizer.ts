/** @file CLIP's own tokenizer, for models without one, built from OpenAI's published vocabulary file. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { unreadable } from '../checkpoints/json-file.ts';
import { byteLetters, type ClipTokenizer, makeTokenizer } from './tokenizer.ts';
import type { TokenizerFiles } from './tokenizer-files.ts';

/** Size of CLIP's vocabulary: 256 bytes, inside a word and at its end, the merges, and two special tokens. */
export const clipVocabularySize = 49_408;

const START = '<|startoftext|>';
const END = '<|endoftext|>';
const ENDING = '</w>';
const MERGES = clipVocabularySize - 2 * 256 - 2;

/** The file as published: a header line, then one merge per line, of which CLIP uses the first ones. */
const file = fileURLToPath(new URL('../../assets/tokenizer/bpe_simple_vocab_16e6.txt.gz', import.meta.url));

/** CLIP's tokenizer. `pad` fills the end of a prompt: `<|endoftext|>` in Stable Diffusion 1.x, `!` in 2.x. */
export async function clipTokenizer(pad: typeof END | '!' = END): Promise<ClipTokenizer> {
  const files = await clipVocabulary();
  return makeTokenizer({ ...files, special: { ...files.special, pad } });
}

/** CLIP's vocabulary in the form of a tokenizer's files. Throws `CheckpointError` when the package is incomplete. */
export async function clipVocabulary(): Promise<TokenizerFiles> {
  const packed = await readFile(file).catch(async (error: unknown) => {
    throw await unreadable(error, file, "CLIP's vocabulary, which comes with the package,");
  });
  const merges = gunzipSync(packed)
    .toString('utf8')
    .split('\n', MERGES + 1)
    .slice(1)
    .map((line) => line.split(' ') as [string, string]);
  // Printable bytes come first, then the others; `byteLetters` has letters of higher numbers for those.
  const letters = byteLetters.toSorted((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
  const tokens = [
    ...letters,
    ...letters.map((letter) => letter + ENDING),
    ...merges.map(([first, second]) => first + second),
    START,
    END,
  ];
  return {
    vocabulary: new Map(tokens.map((token, id) => [token, id])),
    merges,
    special: { bos: START, eos: END, unk: END, pad: END },
    wholeTokens: [START, END],
    maxLength: 77,
  };
}
