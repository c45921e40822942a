import { expect, test } from 'vitest';
import type { ProgressEvent } from '../../events.ts';
import { openBaseModel } from '../../models/base-model.ts';
import { testdata } from '../../testing/testdata.ts';
import { promptEncoder } from './kept-programs.ts';

test('a prompt that is too long gives one notice, whatever it is encoded with', async () => {
  const encoder = promptEncoder(await openBaseModel(testdata('mini/tiny-sd')), 'cpu');
  const events: ProgressEvent[] = [];
  const work = { onEvent: (event: ProgressEvent) => void events.push(event) };
  const long = 'very '.repeat(100);
  const alone = await encoder.encode([long], work);
  const both = await encoder.encode(['', long], work);
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    message: expect.stringMatching(
      /^a prompt has \d+ tokens, and its end is cut off: .*; expected at most 77,/,
    ),
  });
  expect(both.data.subarray(alone.data.length)).toEqual(alone.data);
});
