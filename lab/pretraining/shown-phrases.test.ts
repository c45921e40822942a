import { expect, test } from 'vitest';
import { builtInBase } from '../../src/models/built-in-base.ts';
import { readShownPhrases, wordsNeverShown } from '../../src/models/shown-words.ts';
import { trainingPictures } from './command/pictures.ts';
import { shownPhrases } from './shown-phrases.ts';

test('the list beside the built-in model is that of its training pictures', async () => {
  expect(await readShownPhrases(builtInBase())).toEqual(await shownPhrases());
});

test('captions of training pictures have no other words, and all of these occur', async () => {
  const options = { seed: 8, moreShare: 0.2, groupShare: 0, plainFirst: 0 };
  const pictures = await trainingPictures({ size: { width: 8, height: 8 }, ...options });
  const { captions } = pictures.ofModel(0, 6000);
  const shown = await shownPhrases();
  expect(wordsNeverShown(shown, captions.join('\n'))).toEqual([]);
  const all = Object.values(shown).flat().join('\n');
  expect(wordsNeverShown({ captions }, all)).toEqual([]);
});
