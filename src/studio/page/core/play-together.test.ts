import { expect, test } from 'vitest';
import { leaderOf, type PlayerState, towards } from './play-together.ts';

const at = (currentTime: number, duration = 2, paused = false): PlayerState => ({
  currentTime,
  duration,
  paused,
});

test('the longer one leads, and of two alike the first', () => {
  const [short, long] = [at(0, 1), at(0, 3)];
  expect(leaderOf(short, long)).toEqual([long, short]);
  expect(leaderOf(long, short)).toEqual([long, short]);
  const [one, other] = [at(0), at(0)];
  expect(leaderOf(one, other)[0]).toBe(one);
  // As long as nothing is known of it, it is no longer one.
  expect(leaderOf(short, at(0, Number.NaN))[0]).toBe(short);
});

test('one that is behind catches up, one that is before waits, and what nobody sees stays', () => {
  expect(towards(at(1), at(1.01))).toEqual({ rate: 1 });
  expect(towards(at(1), at(0.95)).rate).toBeCloseTo(1.15);
  expect(towards(at(1), at(1.05)).rate).toBeCloseTo(0.85);
  expect(towards(at(1), at(0.75))).toEqual({ rate: 1.3 });
  expect(towards(at(1), at(0.5))).toEqual({ seek: 1, rate: 1 });
});

test('two of the same length are not apart where one begins again a moment before the other', () => {
  expect(towards(at(0.005), at(1.995))).toEqual({ rate: 1 });
  expect(towards(at(0.1), at(1.98)).rate).toBeGreaterThan(1);
  // Of different lengths, the shorter one shows its end.
  expect(towards(at(0.005, 3), at(1.995, 2))).toEqual({ seek: 0.005, rate: 1 });
  expect(towards(at(2.5, 3), at(1.999, 2))).toEqual({ rate: 1 });
});

test('stopped, both show the same moment exactly', () => {
  expect(towards(at(1, 2, true), at(1.01, 2, true))).toEqual({ seek: 1, rate: 1 });
  expect(towards(at(1, 2, true), at(1, 2, true))).toEqual({ rate: 1 });
  expect(towards(at(2.5, 3, true), at(0, 2, true)).seek).toBeCloseTo(1.999);
});
