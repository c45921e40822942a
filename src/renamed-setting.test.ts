import { expect, test } from 'vitest';
import { CheckpointError, DeviceError, InterruptedError, MediaError, StorageError } from './errors.ts';
import { notice, type ProgressEvent } from './events.ts';
import { phrase, setting } from './phrases.ts';
import { calledSetting, calledSettings, concerning, renamedNotices } from './renamed-setting.ts';

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

test('the class of an error decides which setting it refers to, if there are several', async () => {
  const failing = async (error: Error, checkedAs?: string[]) => {
    const settings = { MediaError: 'clip', StorageError: 'run' };
    const found = await concerning(settings, () => Promise.reject(error), checkedAs).catch((e) => e);
    return (found as { setting?: string }).setting;
  };
  expect(await failing(new MediaError('no clip'))).toBe('clip');
  expect(await failing(new StorageError('full'))).toBe('run');
  for (const Other of [CheckpointError, DeviceError, InterruptedError]) {
    expect(await failing(new Other('x'))).toBeUndefined();
  }
  expect(await failing(new MediaError({ found: 'x', setting: 'base' }), ['base'])).toBe('clip');
  expect(await failing(new MediaError({ found: 'x', setting: 'size' }), ['base'])).toBe('size');
});

test('work that was stopped and failing devices concern no setting', async () => {
  for (const error of [new InterruptedError('stopped'), new DeviceError('gone')]) {
    await expect(concerning('base', () => Promise.reject(error))).rejects.toBe(error);
  }
});

test('notices and errors name settings as the caller does', async () => {
  const nameOf = (name: string) => (name === 'steps' ? 'training.steps' : name);
  const events: ProgressEvent[] = [];
  const { onEvent } = renamedNotices({ onEvent: (event) => events.push(event) }, nameOf);
  const few = { found: 'too few', setting: 'steps', advice: phrase`Raise ${setting('steps')}.` };
  onEvent?.(notice(few));
  onEvent?.({ type: 'written', path: 'a' });
  expect(events).toMatchObject([
    { type: 'notice', message: 'too few. Raise "training.steps".', setting: 'training.steps' },
    { type: 'written', path: 'a' },
  ]);
  const thrown = calledSettings(nameOf, () => Promise.reject(new CheckpointError(few)));
  await expect(thrown).rejects.toMatchObject({ setting: 'training.steps' });
  expect(renamedNotices({}, nameOf).onEvent).toBeUndefined();
});
