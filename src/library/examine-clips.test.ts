import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { MediaError, StorageError, UsageError } from '../errors.ts';
import type { ProgressEvent } from '../events.ts';
import { type ExamineClipsOptions, examineClips } from '../index.ts';
import { readFrames } from '../media/clip.ts';
import { readPicture } from '../media/picture-file.ts';
import { writeVideo } from '../media/video-file.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { thrownBy } from '../testing/thrown-by.ts';
import { parseSettings } from '../training/training-settings.ts';

const at = await testFolder();
const size = { width: 96, height: 64 };

beforeAll(async () => {
  const frames = await readFrames(testdata('clips/walking/walk_out_01.mp4'), { size });
  await mkdir(at('set'));
  for (const [i, name] of ['one', 'two', 'three', 'four', 'five', 'six'].entries()) {
    await writeVideo(at(`set/${i}-${name}.gif`), frames.slice(0, i === 5 ? 8 : 20), { framesPerSecond: 10 });
  }
  await writeFile(at('set/damaged.gif'), 'no picture');
});

test('a report of facts, with notes in parts', async () => {
  const report = await examineClips({ clips: [at('set')], width: 64, height: 64 });
  expect(report).toMatchObject({ frames: 16, clipFps: 10, passedOver: [], captionNotes: [] });
  expect(report.clips.map(({ usable }) => usable)).toEqual([true, true, true, true, true, false]);
  expect(report.clips[5]!.notes[0]).toMatchObject({
    kind: 'short',
    serious: true,
    found: ['too short: it has 8 of 16 frames'],
    setting: 'frames',
    advice: [['Use ', { setting: 'frames', value: 8 }, ' or leave it out.']],
    message: 'too short: it has 8 of 16 frames. Use frames: 8 or leave it out.',
  });
  expect(report.clips[0]!.notes).toMatchObject([{ kind: 'cropped' }]);
  expect(report.unreadable).toEqual([
    { path: at('set/damaged.gif'), found: [expect.any(String)], advice: expect.any(Array) },
  ]);
  expect(report.alike).toMatchObject([
    {
      paths: report.clips.map(({ path }) => path),
      share: 1,
      found: [expect.stringMatching(/^6 clips show nearly the same .*: "0-one.gif", .* and 1 more$/)],
      setting: 'clips',
      advice: [['Keep one.']],
    },
  ]);
  expect(report.notes).toMatchObject([{ kind: 'rate' }]);
  expect(report.proposal).toEqual({
    frames: 16,
    clipFps: 10,
    stride: 1,
    framesPerSecond: 10,
    seconds: 1.6,
    settings: { frames: 16, stride: 1 },
  });
  const { settings } = report.proposal!;
  expect(parseSettings({ clips: [at('set')], prompt: 'a', ...settings })).toMatchObject(settings);
});

test('a note says why no training is proposed', async () => {
  const { proposal, notes } = await examineClips({ clips: [at('set/0-one.gif')], frames: 40 });
  expect(proposal).toBeUndefined();
  expect(notes.at(-1)).toMatchObject({
    kind: 'no proposal',
    setting: 'frames',
    advice: [['Use ', { setting: 'frames', value: 20 }, ' or fewer.']],
  });
});

test('the preview has the shape of the training videos; shots are written into a folder', async () => {
  const events: ProgressEvent[] = [];
  const options = { clips: [at('set/0-one.gif')], frames: 4, window: 'start', stride: 2 } as const;
  const report = await examineClips({
    ...options,
    ...{ width: 64, height: 64, preview: at('sheet.png') },
    ...{ cut: true, out: at('cut') },
    onEvent: (event) => events.push(event),
  });
  expect(report.clips[0]!.window).toEqual({ first: 0, last: 0, starts: 1, frames: [0, 2, 4, 6] });
  const sheet = await readPicture(at('sheet.png'));
  expect(sheet).toMatchObject({ width: 2 + 4 * 98, height: 2 + 98 });
  const [, frame] = await readFrames(options.clips[0], { indices: [0, 2], size: { width: 96, height: 96 } });
  const row = (2 + 50) * sheet.width + 2 + 98;
  expect(sheet.data.subarray(3 * row, 3 * (row + 96))).toEqual(
    frame!.data.subarray(3 * 50 * 96, 3 * 51 * 96),
  );
  expect(await readdir(at('cut'))).toEqual(['0-one.gif']);
  const written = events.filter(({ type }) => type === 'written');
  expect(written).toEqual([
    { type: 'written', path: at('sheet.png') },
    { type: 'written', path: at('cut') },
  ]);
});

const wrong: [object, RegExp][] = [
  [{ clips: [] }, /"clips" is \[\]; expected a list that is not empty/],
  [{ frames: 1 }, /"frames" is 1; expected a whole number from 2 to 10000/],
  [{ clipFps: 0 }, /"clipFps" is 0; expected/],
  [{ window: 'end' }, /"window" is "end"; expected one of: random, start, middle, spread/],
  [{ width: 64 }, /"height" is missing/],
  [{ fit: 'cover' }, /Give "width" and "height", or omit it/],
  [{ cut: true }, /cut: true needs "out"/],
  [{ out: 'x' }, /"out" is for cut: true/],
  [{ preview: 'sheet.jpg' }, /"preview" is "sheet.jpg"; expected a name that ends in .png/],
  [{ strides: 2 }, /strides/],
];

test.each(wrong)('contradictory options are refused: %j', async (options, message) => {
  const call = examineClips({ clips: [at('set')], ...options } as ExamineClipsOptions);
  const error = await thrownBy(call);
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).toMatch(message);
});

test('missing clips, and output folders that are not empty', async () => {
  expect(await thrownBy(examineClips({ clips: [at('nowhere')] }))).toBeInstanceOf(MediaError);
  const full = examineClips({ clips: [at('set')], cut: true, out: at('set') });
  expect(await thrownBy(full)).toBeInstanceOf(StorageError);
});
