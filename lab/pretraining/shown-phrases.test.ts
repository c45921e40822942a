import { expect, test } from 'vitest';
import { builtInBase } from '../../src/models/built-in-base.ts';
import { readShownPhrases, wordsNeverShown } from '../../src/models/shown-words.ts';
import { builtInRecipe } from './recipe.ts';
import { shownPhrases } from './shown-phrases.ts';
import { trainingPictures } from './training-pictures.ts';

test('the list beside the built-in model is that of its training pictures', async () => {
  expect(await readShownPhrases(builtInBase())).toEqual(await shownPhrases());
});

test('captions of training pictures have no other words, and all of these occur', async () => {
  const { more, shapes, rendered } = builtInRecipe.shares;
  const pictures = await trainingPictures({
    size: { width: 8, height: 8 },
    seed: 8,
    moreShare: more,
    shapeShare: shapes,
    renderedShare: rendered,
    plainFirst: 0,
  });
  const { captions } = pictures.ofModel(0, 6000);
  const shown = await shownPhrases();
  expect(wordsNeverShown(shown, captions.join('\n'))).toEqual([]);
  const all = Object.values(shown).flat().join('\n');
  expect(wordsNeverShown({ captions }, all)).toEqual([]);
});
