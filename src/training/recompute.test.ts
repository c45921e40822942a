import { expect, test } from 'vitest';
import { chooseRecompute } from './recompute.ts';

test('auto recomputes where keeping everything would fill the memory', () => {
  expect(chooseRecompute('auto', () => 6e9, 10e9)).toBe(false);
  expect(chooseRecompute('auto', () => 8e9, 10e9)).toBe(true);
});

test('on and off need no estimate', () => {
  const unexpected = () => {
    throw new Error('estimated');
  };
  expect(chooseRecompute('on', unexpected)).toBe(true);
  expect(chooseRecompute('off', unexpected)).toBe(false);
});
