import { expect, test } from 'vitest';
import { call, phrase, setting, wordPhrase } from '../../phrases.ts';
import { pageVocabulary } from './page-vocabulary.ts';

test('settings have the titles that their fields have', () => {
  const size = { width: 64, height: 32 };
  const said = phrase`Use ${setting('frames', 3)}, ${setting('training.clipFps')}, ${setting('captions', false)}, ${setting('size', size)}, ${setting('size')} or ${setting('cut', true)}; ${call('learnMotion')}.`;
  expect(wordPhrase(said, pageVocabulary)).toBe(
    'Use “Frames: 3”, “Frames per second of the clips”, “Captions: off”, “Size: 64 × 32”, “Width” and “Height” or ' +
      'lamp clips --cut; learnMotion.',
  );
});
