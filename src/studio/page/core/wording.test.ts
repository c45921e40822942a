import { expect, test } from 'vitest';
import { settingTitle } from '../../api/setting-title.ts';
import {
  costWords,
  countOf,
  digits,
  doneWords,
  roughly,
  settingText,
  shareOf,
  sizeOf,
  speedOf,
  timeAgo,
  timesOf,
} from './wording.ts';

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

test('what something takes is said roughly', () => {
  expect([0.4, 40.4, 190, 3599, 4800].map(roughly)).toEqual([
    'a moment',
    'about 40 s',
    'about 3 min',
    'about 60 min',
    'about 1 h 20 min',
  ]);
  expect(costWords({ seconds: 190, memory: 1.2e9 })).toBe('about 3 min, 1.2 GB of memory');
  expect([costWords({ memory: 1.2e9 }), costWords({})]).toEqual(['1.2 GB of memory', '']);
});

test('times of several add up as they are shown', () => {
  expect(timesOf(0.75, 4)).toEqual({ each: '0.75 s', all: '3 s' });
  expect(timesOf(1.44, 4)).toEqual({ each: '1.4 s', all: '5.6 s' });
  expect(timesOf(125.4, 4)).toEqual({ each: '2 min 05 s', all: '8 min 20 s' });
  expect(timesOf(4829, 4)).toEqual({ each: '1 h 20 min', all: '5 h 20 min' });
  expect(timesOf(0.1, 4).all).toBe('a moment');
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
