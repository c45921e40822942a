import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { readFixture, testdata } from '../testing/testdata.ts';
import { clipTokenizer, clipVocabulary, clipVocabularySize } from './clip-tokenizer.ts';
import { type ClipTokenizer, loadTokenizer } from './tokenizer.ts';
import { readTokenizerFiles, type TokenizerFiles } from './tokenizer-files.ts';

let tokenizer: ClipTokenizer;
beforeAll(async () => {
  tokenizer = await clipTokenizer();
});

test('gives CLIP’s known token ids', () => {
  expect(tokenizer.encodeUntruncated('a photo of a cat')).toEqual([49406, 320, 1125, 539, 320, 2368, 49407]);
  expect(tokenizer.encodeUntruncated('hello world!')).toEqual([49406, 3306, 1002, 256, 49407]);
  expect([tokenizer.bosId, tokenizer.eosId, tokenizer.padId, tokenizer.maxLength]).toEqual([
    49406, 49407, 49407, 77,
  ]);
  expect(tokenizer.encode('a').slice(0, 4)).toEqual([49406, 320, 49407, 49407]);
});

test('pads with "!" on request', async () => {
  const other = await clipTokenizer('!');
  expect([other.encode('a').slice(0, 4), other.padId]).toEqual([[49406, 320, 49407, 0], 0]);
});

test('has the letters of the published vocabulary in their places', async () => {
  const { vocabulary } = await clipVocabulary();
  expect(vocabulary.size).toBe(clipVocabularySize);
  const other = await readTokenizerFiles(testdata('mini/tiny-sd/tokenizer'));
  const letters = [...other.vocabulary].filter(([, id]) => id < 512);
  expect(letters.length).toBe(512);
  for (const [token, id] of letters) expect(vocabulary.get(token), token).toBe(id);
});

test('says of 30 awkward prompts the same as the reference, in fewer pieces', async () => {
  // The reference was run with a small vocabulary of the same layout: what the pieces make together must be equal.
  const { json } = await readFixture('mini', 'tokenizer');
  const { prompts } = z.object({ prompts: z.array(z.string()) }).parse(json);
  const folder = testdata('mini/tiny-sd/tokenizer');
  const small = await loadTokenizer(folder);
  const byId = ({ vocabulary }: TokenizerFiles) => new Map([...vocabulary].map(([token, id]) => [id, token]));
  const [pieces, smallPieces] = [byId(await clipVocabulary()), byId(await readTokenizerFiles(folder))];
  for (const prompt of prompts) {
    const [few, many] = [tokenizer.encodeUntruncated(prompt), small.encodeUntruncated(prompt)];
    expect(few.length).toBeLessThanOrEqual(many.length);
    expect(few.map((id) => pieces.get(id)).join('')).toBe(many.map((id) => smallPieces.get(id)).join(''));
  }
});
