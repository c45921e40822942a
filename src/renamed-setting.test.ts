import { expect, test } from 'vitest';
import { CheckpointError } from './errors.ts';
import { phrase, setting } from './phrases.ts';
import { calledSetting, concerning } from './renamed-setting.ts';

const thrown = (error: unknown) =>
  calledSetting('base', 'firstFrameBase', () => Promise.reject(error)).catch((found: unknown) => found);

test('an error refers to the setting that was given', async () => {
  const error = new CheckpointError({
    found: 'there is no folder "a"',
    expected: phrase`a folder for ${setting('base')}`,
    setting: 'base',
    advice: [phrase`Check ${setting('base')}.`, phrase`${setting('memory', 'low')} is another matter.`],
  });
  const found = (await thrown(error)) as CheckpointError;
  expect(found).toBeInstanceOf(CheckpointError);
  expect(found.setting).toBe('firstFrameBase');
  expect(found.message).toBe(error.message.replaceAll('"base"', '"firstFrameBase"'));
  expect(found.cause).toBe(error);
});

test('other errors stay as they are', async () => {
  for (const error of [
    new CheckpointError('gone'),
    new CheckpointError({ found: 'x', setting: 'motion' }),
    new Error('y'),
  ])
    expect(await thrown(error)).toBe(error);
});

test('an error that refers to no setting refers to the one of which the value came', async () => {
  const failing = (error: unknown) =>
    concerning('firstFrame', () => Promise.reject(error)).catch((found: unknown) => found);
  const error = new CheckpointError({ found: 'cannot read "a.png"', advice: 'Use another.' });
  const found = await failing(error);
  expect(found).toBeInstanceOf(CheckpointError);
  expect(found).toMatchObject({ setting: 'firstFrame', message: error.message });
  for (const other of [new CheckpointError({ found: 'x', setting: 'motion' }), new Error('y')])
    expect(await failing(other)).toBe(other);
});
