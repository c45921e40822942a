import { cp, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../errors.ts';
import type { ProgressEvent } from '../../events.ts';
import { type BaseModel, openBaseModel } from '../../models/base-model.ts';
import { encodePrompts } from '../../models/programs.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { testdata } from '../../testing/testdata.ts';
import { clipTexts, firstCaption, tellOfCaptions } from './clip-texts.ts';

const at = await testFolder();
let base: BaseModel;

beforeAll(async () => {
  base = await openBaseModel(testdata('mini/tiny-sd'));
  for (const name of ['a.mp4', 'b.mp4'])
    await cp(testdata('clips/walking/walk_out_01.mp4'), at(`clips/${name}`));
});

describe('the prompt of clips that have captions', () => {
  test('is the first one, where all have one', async () => {
    expect(await firstCaption({ clips: [at('clips')] })).toBeUndefined();
    await writeFile(at('clips/b.txt'), 'a man walks');
    const some = firstCaption({ clips: [at('clips')] });
    await expect(some).rejects.toThrow(UsageError);
    await expect(some).rejects.toThrow(
      /^training needs a prompt for the 1 of 2 clips .*a\.mp4"\. Give prompt: "a person walks"\.$/,
    );
    await writeFile(at('clips/captions.tsv'), 'a.mp4\ta girl walks\n');
    expect(await firstCaption({ clips: [at('clips')] })).toBe('a girl walks');
  });

  test('is none, where captions are not wanted or there is no clip', async () => {
    expect(await firstCaption({ clips: [at('clips')], captions: false })).toBeUndefined();
    expect(await firstCaption({})).toBeUndefined();
  });
});

test('says how many clips have captions of their own', () => {
  const told = (...captions: (string | undefined)[]) => {
    const messages: string[] = [];
    const onEvent = (event: ProgressEvent) => void (event.type === 'notice' && messages.push(event.message));
    const clip = { path: '', fingerprint: '', frameCount: 9, framesPerSecond: 8 };
    tellOfCaptions(
      captions.map((caption) => ({ ...clip, ...(caption !== undefined && { caption }) })),
      onEvent,
    );
    return messages;
  };
  expect(told(undefined, undefined)).toEqual([]);
  expect(told('x', undefined)).toEqual(['1 of 2 clips use captions of their own, the others the prompt.']);
  expect(told('x', 'y')).toEqual(['all 2 clips use captions of their own, not the prompt.']);
  expect(told('x')).toEqual(['the clip uses a caption of its own, not the prompt.']);
});

describe('text states', () => {
  test('are those of each caption, or of the prompt', async () => {
    const clips = [{ caption: 'a man walks' }, {}, { caption: 'a man walks' }];
    const states = await clipTexts(base, clips, 'a person', { device: 'cpu' });
    expect(states[2]).toBe(states[0]);
    for (const [i, text] of ['a man walks', 'a person'].entries()) {
      const alone = await encodePrompts(base, [text]);
      expect(states[i]!.shape).toEqual(alone.shape);
      expect(Math.max(...states[i]!.data.map((value, n) => Math.abs(value - alone.data[n]!)))).toBeLessThan(
        1e-5,
      );
    }
    expect(states[0]!.data).not.toEqual(states[1]!.data);
  });

  test('a caption that is too long gives one notice', async () => {
    const events: ProgressEvent[] = [];
    const long = Array(90).fill('walk').join(' ');
    const onEvent = (event: ProgressEvent) => void events.push(event);
    await clipTexts(base, [{ caption: long }, { caption: long }, {}], 'a person', { device: 'cpu', onEvent });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      message: expect.stringMatching(
        /^the caption "walk .* tokens, and its end is cut off; expected at most 77,/,
      ),
      setting: 'captions',
    });
  });
});
