/** @file The reader of a tokenizer's files, for fuzzing. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { loadTokenizer } from '../../src/models/tokenizer.ts';
import { testdata } from '../../src/testing/testdata.ts';
import { badBytes } from './damaged-bytes.ts';
import { badJson } from './damaged-json.ts';
import { fuzzing } from './fuzz.ts';

const text = (path: string) => readFileSync(testdata(`mini/tiny-sd/tokenizer/${path}`));
const json = (path: string): unknown => JSON.parse(text(path).toString());
const vocabulary = json('vocab.json') as Record<string, number>;
const merges = text('merges.txt').toString().split('\n').slice(1, -1);
const someWords = Object.fromEntries(Object.entries(vocabulary).filter(([, id], i) => i < 12 || id > 675));
const tokenizerJson = {
  added_tokens: [{ id: 683, content: '<|endoftext|>' }],
  model: { type: 'BPE', vocab: vocabulary, merges: merges.slice(0, 30) },
};
/** A file that is damaged, valid (`undefined`), or missing (`null`). */
type MaybeDamaged = Uint8Array | undefined | null;
const maybe = (inputs: fc.Arbitrary<Uint8Array>): fc.Arbitrary<MaybeDamaged> =>
  fc.oneof(inputs, fc.constant(undefined), fc.constant(undefined), fc.constant(null));

const tokenizerInputs = fc.record({
  'vocab.json': maybe(badJson(someWords, vocabulary)),
  'merges.txt': maybe(badBytes([text('merges.txt')])),
  'tokenizer.json': maybe(badJson(tokenizerJson)),
  'added_tokens.json': fc.oneof(fc.constant(null), badJson({ '<new>': 684, '<newer>': 685 })),
  'tokenizer_config.json': maybe(badJson(json('tokenizer_config.json'))),
  'special_tokens_map.json': maybe(badJson(json('special_tokens_map.json'))),
  prompt: fc.oneof(
    fc.constant('a horse runs, <|endoftext|> <new> __proto__ constructor 3 &eacute;'),
    fc.string({ unit: 'binary' }),
  ),
});
type TokenizerInput = typeof tokenizerInputs extends fc.Arbitrary<infer T> ? T : never;
/** The files of a valid tokenizer. */
export const validTokenizer: Readonly<Record<string, Uint8Array>> = {
  'vocab.json': text('vocab.json'),
  'merges.txt': text('merges.txt'),
  'tokenizer.json': Buffer.from(JSON.stringify(tokenizerJson)),
  'tokenizer_config.json': text('tokenizer_config.json'),
  'special_tokens_map.json': text('special_tokens_map.json'),
};

/** Tokenizers are read, and encode a prompt. */
export const tokenizerReader = fuzzing<TokenizerInput>({
  name: 'tokenizer',
  inputs: tokenizerInputs,
  async read({ prompt, ...files }, path) {
    for (const [name, bytes] of Object.entries(files)) {
      if (bytes === null) rmSync(path(name), { force: true });
      else writeFileSync(path(name), bytes ?? validTokenizer[name]!);
    }
    const tokenizer = await loadTokenizer(path('.'));
    const ids = tokenizer.encode(prompt);
    const good = ids.length === tokenizer.maxLength && ids.every((id) => Number.isSafeInteger(id) && id >= 0);
    if (!good) throw new Error(`read, but inconsistent: ${ids.length} of ${tokenizer.maxLength}: ${ids}`);
    tokenizer.encodeUntruncated(prompt);
  },
});
