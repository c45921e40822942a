import { cp, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { CheckpointError } from '../errors.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { openBaseModel } from './base-model.ts';
import { builtInBase } from './built-in-base.ts';
import { wordsNeverShown } from './shown-words.ts';

const at = await testFolder();

test.each([
  ['a panda on the beach', []],
  ['A Panda, under the stars!', []],
  ['a 3d shepherd’s pie on a white ground', []],
  ['a dragon and a wizard fight; the dragon wins', ['dragon', 'wizard', 'fight', 'wins']],
  ['a rabbit, a robot, a cactus, an octopus', ['rabbit', 'octopus']],
  ['two pandas, 4k', ['pandas', '4k']],
  ['ein Pinguin läuft', ['ein', 'pinguin', 'läuft']],
  ['123 ... 🐼', []],
  ['', []],
])('words that the built-in model was never shown: %s', async (text, words) => {
  const { shown } = await openBaseModel(builtInBase());
  expect(wordsNeverShown(shown!, text)).toEqual(words);
});

test('of models whose files do not say it, or say it wrongly', async () => {
  expect((await openBaseModel(testdata('mini/tiny-sd'))).shown).toBeUndefined();
  await cp(testdata('mini/tiny-sd'), at('base'), { recursive: true });
  await writeFile(at('base/words.json'), '{"things": ["a cat"]}');
  expect((await openBaseModel(at('base'))).shown).toEqual({ things: ['a cat'] });
  await writeFile(at('base/words.json'), '{"things": "a cat"}');
  await expect(openBaseModel(at('base'))).rejects.toThrow(CheckpointError);
});
