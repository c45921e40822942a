import { expect, test } from 'vitest';
import { madeByRows, valueWords } from './made-by-words.ts';

test('what people ask for comes first, in words; what is empty and checksums are left out', () => {
  const stored = {
    width: 64,
    prompt: 'a fox',
    negativePrompt: '',
    base: { name: 'built-in', unet: 'ab'.repeat(32) },
    keepNoiseVariance: true,
    seed: 0,
    nothing: null,
  };
  expect(madeByRows(stored)).toEqual({
    main: [
      ['prompt', 'a fox'],
      ['base', 'built-in'],
      ['seed', '0'],
    ],
    others: [
      ['width', '64'],
      ['keepNoiseVariance', 'on'],
    ],
  });
});

test('things with a name are their name, with a strength that is not whole; others are listed', () => {
  expect(
    valueWords([
      { name: 'walk', strength: 0.5 },
      { name: 'run', strength: 1 },
    ]),
  ).toBe('walk (50 %), run');
  expect(valueWords({ kind: 'drawn', sha256: '0f'.repeat(32), prompt: '', eta: 0 })).toBe(
    'kind: drawn, eta: 0',
  );
});
