/** @file A tokenizer for a small vocabulary, in CLIP's file format. */
import { join } from 'node:path';
import { writeAtomically, writeJsonAtomically } from '../../src/checkpoints/atomic-write.ts';
import { byteLetters } from '../../src/models/tokenizer.ts';

/** Contents of the files. */
export interface SmallTokenizer {
  /** Token to number: bytes, bytes that end a word, merged pieces, and the two special tokens last (as in CLIP's). */
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Pairs of tokens to merge, in order. */
  readonly merges: readonly (readonly [string, string])[];
  readonly maxLength: number;
}

const [begin, end] = ['<|startoftext|>', '<|endoftext|>'];
const wordEnd = '</w>';

/**
 * A byte-pair tokenizer that has every word of `texts` as one token; any other text is split into bytes (or into
 * pieces of these words). Words that occur earlier have smaller ids, so that appending new ones keeps the ids of old
 * models, except for the two special tokens.
 */
export function smallTokenizer(texts: readonly string[], maxLength: number): SmallTokenizer {
  const words = [...new Set(texts.flatMap((text) => text.toLowerCase().match(/\p{L}+/gu) ?? []))];
  const merges: (readonly [string, string])[] = [];
  const ranks = new Map<string, number>();
  for (const word of words) {
    const letters = Array.from(new TextEncoder().encode(word), (byte) => byteLetters[byte]!);
    const ends = [...letters.slice(0, -1), letters.at(-1)! + wordEnd];
    // New merges come after earlier ones, so that words that are one token stay one.
    for (let pieces = merged(ends, ranks); pieces.length > 1; pieces = merged(ends, ranks)) {
      const [first, second] = pieces as [string, string];
      ranks.set(`${first} ${second}`, merges.length);
      merges.push([first, second]);
    }
  }
  const joined = merges.map(([first, second]) => first + second);
  const tokens = [...byteLetters, ...byteLetters.map((letter) => letter + wordEnd), ...joined, begin, end];
  return {
    vocabulary: new Map([...new Set(tokens)].map((token, id) => [token, id])),
    merges,
    maxLength,
  };
}

/** Byte-pair merging (Sennrich et al. 2016): the pair of the lowest rank first, until none is left. */
function merged(letters: readonly string[], ranks: ReadonlyMap<string, number>): string[] {
  const pieces = [...letters];
  for (;;) {
    let [best, at] = [Number.POSITIVE_INFINITY, -1];
    for (let i = 0; i + 1 < pieces.length; i++) {
      const rank = ranks.get(`${pieces[i]} ${pieces[i + 1]}`) ?? Number.POSITIVE_INFINITY;
      if (rank < best) [best, at] = [rank, i];
    }
    if (at < 0) return pieces;
    pieces.splice(at, 2, pieces[at]! + pieces[at + 1]!);
  }
}

/** Writes the folder that `loadTokenizer` reads; `pad` fills the end of a prompt. Throws `StorageError`. */
export async function writeSmallTokenizer(
  folder: string,
  tokenizer: SmallTokenizer,
  pad: string = end,
): Promise<void> {
  const lines = ['#version: 0.2', ...tokenizer.merges.map((pair) => pair.join(' '))];
  const special = { bos_token: begin, eos_token: end, unk_token: end, pad_token: pad };
  await writeJsonAtomically(join(folder, 'vocab.json'), Object.fromEntries(tokenizer.vocabulary));
  await writeAtomically(join(folder, 'merges.txt'), (file) => file.writeFile(`${lines.join('\n')}\n`));
  await writeJsonAtomically(join(folder, 'special_tokens_map.json'), special);
  await writeJsonAtomically(join(folder, 'tokenizer_config.json'), {
    ...special,
    add_prefix_space: false,
    do_lower_case: true,
    errors: 'replace',
    model_max_length: tokenizer.maxLength,
    tokenizer_class: 'CLIPTokenizer',
  });
}
