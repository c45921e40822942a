import { expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { pretrainOptions } from './pretraining-options.ts';

test('options are numbers, flags and words, the folder among them or not', () => {
  expect(pretrainOptions([])).toMatchObject({ folder: 'runs/built-in', steps: 40_000, still: false });
  const some = ['--only', 'decoder', 'x', '--decoder-steps', '7', '--vae-learning-rate', '1e-3', '--still'];
  expect(pretrainOptions(some)).toMatchObject({
    folder: 'x',
    only: 'decoder',
    'decoder-steps': 7,
    'vae-learning-rate': 0.001,
    still: true,
  });
});

test.each([
  [['--only', 'vea'], '--only is "vea"; expected one of: vae, decoder, model'],
  [['--steps', 'many'], '--steps is "many"; expected a whole number from 1'],
  [['--steps', '0'], '--steps is 0; expected a whole number from 1'],
  [['--steps', '1.5'], '--steps is 1.5; expected a whole number from 1'],
  [['--steps', ''], '--steps is ""; expected a whole number from 1'],
  [['--vae-learning-rate', '0'], '--vae-learning-rate is 0; expected a number above 0'],
  [['--pool', '50'], '--pool is 50; expected a whole number from 1, a multiple of 32'],
  [['--more-share', '2'], '--more-share is 2; expected a number from 0 to 1'],
  [['--stil'], /--stil/],
  [['a', 'b'], /one folder .* "b"/],
])('invalid options are refused by name: %j', (args, message) => {
  expect(() => pretrainOptions(args)).toThrow(UsageError);
  expect(() => pretrainOptions(args)).toThrow(message);
});
