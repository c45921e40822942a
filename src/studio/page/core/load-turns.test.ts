import { expect, test } from 'vitest';
import { LoadTurns } from './load-turns.ts';

test('so many at a time, the latest first; who gives up is passed over', () => {
  const turns = new LoadTurns(2);
  const begun: string[] = [];
  const take = (name: string) => turns.take(() => begun.push(name));
  const ends = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, take(name)]));
  expect(begun).toEqual(['a', 'b']);
  ends.e!();
  ends.a!();
  expect(begun).toEqual(['a', 'b', 'd']);
  // A turn ends once.
  ends.a!();
  expect(begun).toEqual(['a', 'b', 'd']);
  ends.d!();
  ends.b!();
  expect(begun).toEqual(['a', 'b', 'd', 'c']);
  ends.c!();
  take('f');
  expect(begun.at(-1)).toBe('f');
});
