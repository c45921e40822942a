import { expect, test } from 'vitest';
import { InterruptedError, MediaError, StorageError } from '../errors.ts';
import { call, phrase, setting } from '../phrases.ts';
import { tinyBase, writeTestMotion } from '../testing/library-models.ts';
import { testFolder } from '../testing/test-folder.ts';
import { packOptions } from './engine-messages.ts';
import { loadBase } from './load-base.ts';
import { loadMotion } from './load-motion.ts';
import { packError, unpackError } from './packed-error.ts';

const at = await testFolder();

test('messages keep errors of this package and of JavaScript, with their causes', () => {
  const error = new StorageError('the disk is full', { cause: new RangeError('deep') });
  const back = unpackError(structuredClone(packError(error)));
  expect(back).toBeInstanceOf(StorageError);
  expect(back).toMatchObject({ message: 'the disk is full', exitCode: 6, stack: error.stack });
  expect(back.cause).toBeInstanceOf(RangeError);
  expect(unpackError(packError(Object.assign(new Error('odd'), { name: 'OddError' })))).toMatchObject({
    name: 'OddError',
    message: 'odd',
  });
  expect(unpackError(packError('a text')).message).toBe('a text');
});

test('messages keep the parts of errors', () => {
  const cause = new MediaError({
    found: 'short',
    expected: phrase`${4} frames`,
    setting: 'frames',
    advice: [phrase`Use ${setting('firstFrameSize', { width: 8, height: 8 })}.`, 'Or leave it out.'],
  });
  const error = new InterruptedError(
    { found: 'stopped', advice: phrase`Go on: ${call('learnMotion')}` },
    { cause },
  );
  const back = unpackError(structuredClone(packError(error)));
  expect(back).toEqual(error);
  expect(back).toMatchObject({ name: 'InterruptedError', exitCode: 130, advice: error.advice });
  expect(back.cause).toBeInstanceOf(MediaError);
  const { found, expected, setting: concerned, advice, message } = cause;
  expect(back.cause).toMatchObject({ found, expected, setting: concerned, advice, message });
});

test('messages contain the paths of loaded bases and motions', async () => {
  const motion = await writeTestMotion(at('walk.safetensors'));
  const loaded = await loadMotion({ motion, strength: 0.5 });
  const base = await loadBase({ base: tinyBase });
  const [onEvent, prompt] = [() => {}, () => 'p'];
  const { options, callbacks } = packOptions({ base, motions: [loaded, 'x'], prompt, onEvent });
  expect(options).toEqual({ base: tinyBase, motions: [{ motion, strength: 0.5 }, 'x'], prompt });
  expect([...callbacks]).toEqual([['onEvent', onEvent]]);
  const firstFrame = { width: 1, height: 1, data: new Uint8Array(3) };
  const plain = { firstFrame, motion: { motion: 'm', strength: 1 }, out: undefined };
  expect(packOptions(plain).options).toEqual(plain);
});
