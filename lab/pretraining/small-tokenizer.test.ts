import { expect, test } from 'vitest';
import { loadTokenizer } from '../../src/models/tokenizer.ts';
import { testFolder } from '../../src/testing/test-folder.ts';
import { smallTokenizer, writeSmallTokenizer } from './small-tokenizer.ts';

const at = await testFolder();

test('every word of the texts is one token, in the files of CLIP', async () => {
  const texts = ['a man on the moon', 'a panda on the beach', 'an ananas', 'the then other'];
  await writeSmallTokenizer(at('small'), smallTokenizer(texts, 8));
  const tokenizer = await loadTokenizer(at('small'));
  const words = texts.flatMap((text) => text.split(' '));
  for (const word of words) expect(tokenizer.encodeUntruncated(word), word).toHaveLength(3);
  const numbers = new Set(words.map((word) => tokenizer.encodeUntruncated(word)[1]));
  expect(numbers.size).toBe(new Set(words).size);
  expect(tokenizer.encode('A panda  on the MOON')).toHaveLength(8);
  expect(tokenizer.encode('')).toEqual([tokenizer.bosId, ...Array(7).fill(tokenizer.eosId)]);
});

test('other text is split into bytes', async () => {
  await writeSmallTokenizer(at('bytes'), smallTokenizer(['a'], 77));
  const tokenizer = await loadTokenizer(at('bytes'));
  expect(tokenizer.encodeUntruncated('zebra 7 é')).toHaveLength(2 + 5 + 1 + 2);
});
