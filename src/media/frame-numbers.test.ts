import { expect, test } from 'vitest';
import { frameNumbers, notesOnNumbers } from './frame-numbers.ts';
import { naturalSort } from './picture-folder.ts';

const named = (numbers: readonly number[], name: (number: number) => string) => numbers.map(name);
const upTo = (count: number, first = 0) => Array.from({ length: count }, (_, i) => first + i);
const messages = (names: readonly string[]) =>
  notesOnNumbers(naturalSort(names)).map(({ message }) => message);

test.each([
  ['padded', named(upTo(20), (n) => `${String(n).padStart(4, '0')}.png`)],
  ['not padded', named(upTo(20, 1), (n) => `f${n}.png`)],
  ['every tenth', named(upTo(20), (n) => `frame_${10 * n}.jpg`)],
  ['with a size', named(upTo(20), (n) => `walk_${n}_640x480.png`)],
  ['with a date before', named(upTo(20), (n) => `2024-05-01_take-2_${n}.png`)],
  ['of two endings', named(upTo(20), (n) => `${n}.${n < 9 ? 'png' : 'JPG'}`)],
  ['times without a step', [101, 107, 119, 120, 144, 151].map((n) => `t${n}.png`)],
  ['one frame', ['7.png']],
  ['two frames', ['7.png', '19.png']],
])('nothing to say of numbers: %s', (_, names) => {
  expect(messages(names)).toEqual([]);
});

test('gaps are counted, and the first ones named', () => {
  const names = named(upTo(12), (n) => `f${n}.png`);
  const without = (...gone: number[]) => names.filter((_, i) => !gone.includes(i));
  expect(messages(without(5))).toEqual([
    '1 frame is missing between numbers 0 and 11 (5): the motion jumps there.',
  ]);
  expect(messages(without(2, 5, 6, 9))).toEqual([
    '4 frames are missing between numbers 0 and 11 (2, 5, 6, …): the motion jumps there.',
  ]);
  expect(messages(['0.png', '2.png', '3.png', '5.png'])).toEqual([
    '2 frames are missing between numbers 0 and 5 (1, 4): the motion jumps there.',
  ]);
  const every = [0, 5, 10, 20, 25, 30].map((n) => `${n}.png`);
  expect(frameNumbers(every)).toMatchObject({
    missing: [15],
    missingCount: 1,
    range: [0, 30],
    twice: undefined,
  });
  expect(frameNumbers([0, 1, 2, 1_000_000].map((n) => `${n}.png`))).toMatchObject({ missingCount: 999_997 });
});

test('several sequences in one folder', () => {
  const two = [...named(upTo(8), (n) => `a_00${n}.png`), ...named(upTo(6), (n) => `b_00${n}.png`)];
  const rule = 'are taken as one clip. Put each into a folder of its own.';
  expect(messages(two)).toEqual([
    `2 sequences of frames in one folder (8 from "a_000.png" on, 6 from "b_000.png" on) ${rule}`,
  ]);
  const shots = upTo(5).flatMap((shot) => named(upTo(4), (n) => `shot${shot}-${n}.png`));
  expect(messages(shots)).toEqual([
    `5 sequences of frames in one folder (4 from "shot0-0.png" on, 4 from "shot1-0.png" on, 4 from "shot2-0.png" on and 2 more) ${rule}`,
  ]);
  const eyes = upTo(6).flatMap((n) => [`${n}_left.png`, `${n}_right.png`]);
  expect(frameNumbers(naturalSort(eyes)).sequences).toEqual([
    { first: '0_left.png', count: 6 },
    { first: '0_right.png', count: 6 },
  ]);
  const kinds = upTo(6).flatMap((n) => [`${n}.png`, `${n}.jpg`]);
  expect(frameNumbers(naturalSort(kinds)).sequences.map(({ count }) => count)).toEqual([6, 6]);
});

test('a number that two frames have', () => {
  expect(messages(['f1.png', 'f01.png', 'f2.png', 'f3.png'])).toEqual([
    'two frames have the same number, "f01.png" and "f1.png". Remove one, or renumber them.',
  ]);
});
