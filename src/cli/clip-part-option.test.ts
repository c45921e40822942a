import { Command } from 'commander';
import { expect, test } from 'vitest';
import { UsageError } from '../errors.ts';
import { withClipPartOption } from './clip-part-option.ts';

const parsed = (...words: string[]) =>
  withClipPartOption(new Command(), 'Clips').parse(
    words.flatMap((word) => ['--clip-part', word]),
    { from: 'user' },
  );

test('parts of several clips, by name or path', () => {
  expect(parsed('C:\\clips\\a.gif:start=1', 'b c.mp4:endFrame=9,crop=4x6+1+2', 'd.gif:whole').opts()).toEqual(
    {
      clipParts: {
        'C:\\clips\\a.gif': { start: 1 },
        'b c.mp4': { endFrame: 9, crop: { width: 4, height: 6, left: 1, top: 2 } },
        'd.gif': {},
      },
    },
  );
});

test.each([
  [['a.gif'], '--clip-part is "a.gif"; expected the name of a clip, a colon'],
  [['a.gif:from=3'], '--clip-part is "a.gif:from=3"'],
  [['C:\\clips\\a.gif'], 'expected the name of a clip'],
  [['a.gif:start=1', 'a.gif:start=2'], '--clip-part names "a.gif" twice; expected one part of each clip'],
])('%j is refused', (words, message) => {
  expect(() => parsed(...words)).toThrow(UsageError);
  expect(() => parsed(...words)).toThrow(message);
});
