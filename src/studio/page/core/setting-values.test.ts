import { expect, test } from 'vitest';
import type { ApiSetting } from '../../api/setting-api.ts';
import {
  formValues,
  hasPreset,
  usedSettings,
  valuesOf,
  withPreset,
  withSetting,
  withValues,
} from './setting-values.ts';

const setting = (name: string, more: Partial<ApiSetting> = {}): ApiSetting => ({
  ...{ name, description: '', expected: '', schema: {}, required: false, recommendable: false },
  ...more,
});

test('values that are taken back leave nothing behind', () => {
  expect(withSetting({ a: 1 }, 'b', 2)).toEqual({ a: 1, b: 2 });
  expect(withSetting({ a: 1, b: 2 }, 'b', undefined)).toEqual({ a: 1 });
  expect(withSetting({ a: 1, b: { c: 1 } }, 'b', {})).toEqual({ a: 1 });
});

test('of values from elsewhere a form takes those that it has', () => {
  expect(formValues([setting('x')], { x: 3, out: '/etc' })).toEqual({ x: 3 });
});

const steps = setting('steps', { onlyWithout: 'motion' });
const rate = setting('clipFps');
const training = setting('training', { settings: [steps, rate] });
const edit = [
  training,
  setting('drawing', { onlyWithout: 'firstFrame' }),
  setting('every', { onlyWith: 'heldOut' }),
];
const names = (settings: readonly ApiSetting[]): unknown[] =>
  settings.map(({ name, settings }) => (settings ? [name, names(settings)] : name));

test('settings are used with, or without, what else is given; so are their values, and the others are kept', () => {
  expect(names(usedSettings(edit, []))).toEqual([['training', ['steps', 'clipFps']], 'drawing']);
  expect(names(usedSettings(edit, ['motion', 'firstFrame', 'heldOut']))).toEqual([
    ['training', ['clipFps']],
    'every',
  ]);
  const chosen = { training: { steps: 9, clipFps: 8 }, drawing: { guidance: 3 }, every: 5 };
  expect(valuesOf(usedSettings(edit, []), chosen)).toEqual({
    training: { steps: 9, clipFps: 8 },
    drawing: { guidance: 3 },
  });
  expect(valuesOf(usedSettings(edit, ['motion', 'firstFrame']), chosen)).toEqual({
    training: { clipFps: 8 },
  });
  expect(valuesOf(usedSettings([setting('training', { settings: [steps] })], ['motion']), chosen)).toEqual(
    {},
  );
});

test('advice changes what it says something of, also in a group', () => {
  expect(withValues({ a: 1, training: { steps: 9 } }, { a: 2, training: { rank: 4 } })).toEqual({
    ...{ a: 2, training: { steps: 9, rank: 4 } },
  });
  expect(withValues({ lines: ['a'] }, { lines: ['b'] })).toEqual({ lines: ['b'] });
});

test('a preset takes the place of another one, and leaves what somebody chose besides', () => {
  const [usual, quick, small] = [{}, { steps: 400, saveEvery: 100 }, { rank: 32 }];
  const presets = [usual, quick, small];
  const chosen = withPreset({ frames: 8, steps: 7 }, presets, quick);
  expect(chosen).toEqual({ frames: 8, steps: 400, saveEvery: 100 });
  expect(presets.map((each) => hasPreset(chosen, presets, each))).toEqual([false, true, false]);
  expect(withPreset(chosen, presets, small)).toEqual({ frames: 8, rank: 32 });
  expect(withPreset(chosen, presets, usual)).toEqual({ frames: 8 });
  expect(hasPreset({ ...chosen, steps: 300 }, presets, quick)).toBe(false);
});
