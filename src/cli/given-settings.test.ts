import { expect, test } from 'vitest';
import { givenSettings } from './given-settings.ts';
import { trainCommand } from './train.ts';

/** What these words of a \`lamp train\` say about the training. */
function settingsOf(...words: string[]) {
  const command = trainCommand().action(() => {});
  command.parse(words, { from: 'user' });
  return givenSettings(command, command.args);
}

test('what is not on the command line is left open', () => {
  expect(settingsOf('--out', 'o')).toEqual({});
  expect(settingsOf('a.gif', '--out', 'o', '--prompt', 'p', '--size', '64x32', '--no-shuffle')).toEqual({
    clips: ['a.gif'],
    prompt: 'p',
    width: 64,
    height: 32,
    shuffle: false,
  });
});

test('a default that is said is said', () => {
  const words = ['--shuffle', '--flip', '0.5', '--ema', '0', '--batch-size', '1', '--seed', '0'];
  const said = { shuffle: true, flipProbability: 0.5, averageDecay: 0, batch: 1, seed: 0 };
  expect(settingsOf('--out', 'o', ...words)).toEqual(said);
});

test('a preset is left to the library', () => {
  expect(settingsOf('--out', 'o', '--preset', 'reference', '--fit', 'cover')).toEqual({ fit: 'cover' });
});
