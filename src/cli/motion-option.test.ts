import { expect, test } from 'vitest';
import { motionChoice, oneMotion } from './motion-option.ts';

test('a motion is a path, with or without a strength', () => {
  for (const [text, path, strength] of [
    ['runs/horse', 'runs/horse', 1],
    ['runs/horse:0.7', 'runs/horse', 0.7],
    ['a.safetensors:.5', 'a.safetensors', 0.5],
    ['a:0', 'a', 0],
    ['a:b:1', 'a:b', 1],
    ['C:\\motions\\a', 'C:\\motions\\a', 1],
    ['C:\\motions\\a:0.2', 'C:\\motions\\a', 0.2],
    ['odd:name/a', 'odd:name/a', 1],
  ] as const) {
    expect(motionChoice(text, undefined)).toEqual([{ motion: path, strength }]);
  }
});

test('several are collected in their order', () => {
  const first = motionChoice('a', undefined);
  expect(motionChoice('b:0.5', first).map(({ motion }) => motion)).toEqual(['a', 'b']);
});

test.each(['a:', 'a:1.1', 'a:-1', 'a:half', 'a:1e-1', 'a:0.5.1'])('refuses %s', (text) => {
  const strength = text.slice(2);
  expect(() => motionChoice(text, undefined)).toThrow(`has the strength "${strength}" in "${text}"`);
  expect(() => motionChoice(' ', undefined)).toThrow('is empty');
});

test('an edit takes one motion, at full strength', () => {
  expect(oneMotion('runs/horse', undefined)).toBe('runs/horse');
  expect(oneMotion('runs/horse:1', undefined)).toBe('runs/horse');
  expect(() => oneMotion('b', 'a')).toThrow('is given twice');
  expect(() => oneMotion('a:0.5', undefined)).toThrow('has the strength 0.5 in "a:0.5"');
});
