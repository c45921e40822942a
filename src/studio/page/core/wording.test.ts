import { expect, test } from 'vitest';
import { settingTitle } from '../../api/setting-title.ts';
import { countOf, digits, doneWords, settingText, shareOf, sizeOf, speedOf, timeAgo } from './wording.ts';

test('amounts are short', () => {
  expect([0, 1, 999, 1000, 1_440_000, 123_456_789, 2.5e9].map(sizeOf)).toEqual([
    '0 bytes',
    '1 byte',
    '999 bytes',
    '1.0 kB',
    '1.4 MB',
    '123 MB',
    '2.5 GB',
  ]);
  expect([countOf(1, 'clip'), countOf(2000, 'clip')]).toEqual(['1 clip', '2,000 clips']);
  expect([0.012345, 0.00001, 12.5, 123456, Number.NaN].map(digits)).toEqual([
    '0.0123',
    '1.0e-5',
    '12.5',
    '1.2e+5',
    '–',
  ]);
  expect([0.25, 4.12, 0].map(speedOf)).toEqual(['4.0 steps per second', '4.1 s per step', '–']);
});

test('how long ago something was', () => {
  const now = Date.parse('2026-05-10T12:00:00Z');
  const ago = (seconds: number) => timeAgo(new Date(now - seconds * 1000).toISOString(), now);
  expect([5, 150, 7300, 90_000, 4 * 86_400].map(ago)).toEqual([
    'just now',
    '2 min ago',
    '2 h ago',
    'yesterday',
    '4 days ago',
  ]);
  expect(ago(40 * 86_400)).toMatch(/2026/);
  expect(timeAgo('nonsense', now)).toBe('');
});

test('the share that is done is known only with a total', () => {
  expect(shareOf(undefined)).toBeUndefined();
  expect(shareOf({ done: 1, total: 0 })).toBeUndefined();
  expect(shareOf({ done: 3, total: 2 })).toBe(1);
  expect(shareOf({ done: 1, total: 4 })).toBe(0.25);
});

test('settings have names that people read', () => {
  expect(['learningRate', 'beta1', 'seed', 'clipFps'].map(settingTitle)).toEqual([
    'Learning rate',
    'Beta1',
    'Seed',
    'Frames per second of the clips',
  ]);
});

test('explanations of settings name others as the page does', () => {
  expect(settingText('as often as "saveEvery", such as "on the beach"')).toBe(
    'as often as “Save every”, such as "on the beach"',
  );
});

test('how much of a stage is done; downloads are told in bytes', () => {
  expect(doneWords({ stage: 'sampling', done: 3, total: 8 })).toBe('3 of 8');
  expect(doneWords({ stage: 'downloading', done: 120, total: 3400 })).toBe('120 MB of 3.4 GB');
  expect(doneWords({ stage: 'sampling', done: 0, total: 0 })).toBe('');
});
