import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { type EditTicks, withEditList } from '../testing/movie-edits.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { inspectClip, readFrames } from './clip.ts';
import { shownParts } from './presented-time.ts';
import { timeNotes } from './time-notes.ts';

const at = await testFolder();
const timing = (name: string) => testdata(`clips/timing/${name}`);

/** 120 frames at 30 a second whose level tells their number; the track counts 15360 ticks a second, the movie 1000. */
const counted = await readFile(timing('edit-list-end.mp4'));
/** The track's time of a frame. */
const frameTime = (frame: number) => 1024 + 512 * frame;
/** The levels of all 120. */
await writeFile(at('whole.mp4'), withEditList(counted, [[4000, frameTime(0)]]));
const levels = (await readFrames(at('whole.mp4'))).map(level);

function level({ data }: { readonly data: Uint8Array }): number {
  return data[3 * 10]!;
}

/** The numbers of the frames that are shown; −1 for one that is not there. */
async function shown(path: string): Promise<number[]> {
  return (await readFrames(path)).map((frame) => levels.indexOf(level(frame)));
}

async function edited(lines: readonly EditTicks[], name = 'edited.mp4') {
  const file = withEditList(counted, lines);
  if (name.endsWith('.mov')) file.write('qt  ', 8, 'latin1');
  await writeFile(at(name), file);
  return { info: await inspectClip(at(name)), frames: await shown(at(name)) };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe('an edit list', () => {
  test('hides the beginning', async () => {
    const info = await inspectClip(timing('edit-list.mp4'));
    // The last frame but one is not stored: 38 frames over 39 thirtieths.
    expect(info).toMatchObject({
      frameCount: 38,
      storedFrames: 56,
      framesPerSecond: 30,
      durationSeconds: 1.3,
    });
    expect(info.frameTimes!.slice(35)).toEqual([1.166667, 1.2, 1.266667]);
    const frames = (await readFrames(timing('edit-list.mp4'))).map(level);
    expect(frames).toHaveLength(38);
    expect(frames[0]).toBe(levels[18]);
    expect(timeNotes(info).map(({ message }) => message)).toEqual([
      'its edit list shows 38 frames of the 56 that are stored; these are taken.',
    ]);
  });

  test('hides the end', async () => {
    const info = await inspectClip(timing('edit-list-end.mp4'));
    expect(info).toMatchObject({
      frameCount: 30,
      storedFrames: 120,
      framesPerSecond: 30,
      durationSeconds: 1,
    });
    expect(info.frameTimes).toBeUndefined();
    expect(await shown(timing('edit-list-end.mp4'))).toEqual(range(0, 30));
    expect((await readFrames(timing('edit-list-end.mp4'), { indices: [29] })).map(level)).toEqual([
      levels[29],
    ]);
    await expect(readFrames(timing('edit-list-end.mp4'), { indices: [30] })).rejects.toThrow(
      'has 30 frames that can be decoded, and frame 30',
    );
  });

  test.each(['both.mp4', 'both.mov'])('hides both ends: %s', async (name) => {
    const { info, frames } = await edited([[1000, frameTime(45)]], name);
    expect(frames).toEqual(range(45, 75));
    expect(info).toMatchObject({ frameCount: 30, framesPerSecond: 30, storedFrames: 120 });
  });

  test('delays the clip, which begins with its first frame all the same', async () => {
    const { info, frames } = await edited([
      [700, -1],
      [500, frameTime(60)],
    ]);
    expect(frames).toEqual(range(60, 75));
    expect(info.frameTimes).toBeUndefined();
  });

  test('shows several parts, in any order and more than once, with a pause between', async () => {
    const { info, frames } = await edited([
      [200, frameTime(90)],
      [300, -1],
      [200, frameTime(3)],
      [100, frameTime(91)],
    ]);
    expect(frames).toEqual([...range(90, 96), ...range(3, 9), ...range(91, 94)]);
    expect(info).toMatchObject({ frameCount: 15, framesPerSecond: 30 });
    expect(info.frameTimes!.slice(4, 8)).toEqual([0.133333, 0.166667, 0.5, 0.533333]);
    expect(await readFrames(at('edited.mp4'), { indices: [14, 0, 7] })).toEqual(
      await readFrames(at('whole.mp4'), { indices: [93, 90, 4] }),
    );
  });

  test('slows a part down and holds a frame', async () => {
    const slow = await edited([[1000, frameTime(10), 0.5]]);
    expect(slow.frames).toEqual(range(10, 25));
    expect(slow.info.framesPerSecond).toBe(15);
    const held = await edited([
      [200, frameTime(10)],
      [1000, frameTime(16), 0],
      [200, frameTime(17)],
    ]);
    expect(held.frames).toEqual([...range(10, 17), ...range(17, 23)]);
    expect(held.info.rests).toEqual([{ frame: 6, seconds: 1 }]);
    expect(held.info.framesPerSecond).toBe(30);
  });

  test('whose bounds were rounded shows no frame for less than a tick', async () => {
    // Frame 75 begins half a millisecond before the end, frame 45 as long before the beginning.
    expect((await edited([[1001, frameTime(45) - 8]])).frames).toEqual(range(45, 75));
    expect((await edited([[1000, frameTime(45) + 8]])).frames).toEqual(range(45, 75));
    expect((await edited([[0, frameTime(110)]])).frames).toEqual(range(110, 120));
  });

  test('that shows nothing is an error, one that says nothing is none', async () => {
    await expect(edited([[1000, frameTime(4000)]])).rejects.toThrow(
      'has an edit list that shows none of its frames',
    );
    expect((await edited([[1000, -1]])).frames).toHaveLength(120);
    expect((await edited([])).frames).toHaveLength(120);
    const many = Array.from({ length: 1001 }, (): EditTicks => [10, 0]);
    await expect(edited(many)).rejects.toThrow('its edit list has 1001 lines');
  });
});

test('an index of more frames than a track can have is damaged, at once', async () => {
  const file = Buffer.from(counted);
  // The number of frames that have the first time difference.
  file.writeUInt32BE(0xffff0001, file.indexOf('ctts') + 12);
  await writeFile(at('endless.mp4'), file);
  await expect(inspectClip(at('endless.mp4'))).rejects.toThrow('its index lists 42949');
  await expect(readFrames(at('endless.mp4'), { indices: [0] })).rejects.toThrow('its index lists 42949');
});

test('a chunk with more frames than there are is refused at once', async () => {
  const movie = await readFile(testdata('clips/odd/ten-bit-hevc.mp4'));
  for (const count of [5, 2 ** 29, 2 ** 32 - 1]) {
    movie.writeUInt32BE(count, movie.indexOf('stsc') + 16);
    await writeFile(at('chunk.mp4'), movie);
    await expect(inspectClip(at('chunk.mp4'))).rejects.toThrow(
      `its index lists ${count} frames in a chunk, 4 in all`,
    );
  }
});

test('the parts of an edit list, in the time that the media library counts', () => {
  const track = { timescale: 600, movieTick: 0.001, fields: undefined };
  const line = (duration: number, mediaTime: number, rate = 1) => ({ duration, mediaTime, rate });
  expect(shownParts({ ...track, edits: undefined })).toBeUndefined();
  expect(shownParts({ ...track, edits: [line(0.5, -1), line(2, 300), line(1, 0)] })).toEqual([
    { from: 0.5, until: 2.5, begins: 0.5, rate: 1, tick: 0.001 },
    { from: 0, until: 1, begins: 2.5, rate: 1, tick: 0.001 },
  ]);
  expect(shownParts({ ...track, edits: [line(2, 300, 2)] })).toEqual([
    { from: 0.5, until: 4.5, begins: 0, rate: 2, tick: 0.001 },
  ]);
});
