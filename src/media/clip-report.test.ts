import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { commandVocabulary } from '../cli/vocabulary.ts';
import { InterruptedError, MediaError, StorageError } from '../errors.ts';
import type { ProgressEvent } from '../events.ts';
import { wordFor } from '../phrases.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { readFrames } from './clip.ts';
import { type ClipPrint, clipPrint } from './clip-likeness.ts';
import { notesAbout } from './clip-notes.ts';
import { type ExaminedClip, type ExaminedSet, examineClipSet, findAlike, propose } from './clip-report.ts';
import { planPieces, writePieces } from './cut-clips.ts';
import { findClipSet } from './find-clips.ts';
import { thumbnailOf } from './frame-changes.ts';
import { blankPicture, type Picture, picture } from './picture.ts';
import { writeVideo } from './video-file.ts';

const at = await testFolder();
const size = { width: 96, height: 64 };
const walking = await readFrames(testdata('clips/walking/walk_out_01.mp4'), { size });
const signing = await readFrames(testdata('clips/asl_signing/milk.mkv'), { size });
/** With 16 black rows above and below. */
const letterboxed = ({ width, height, data }: Picture): Picture => {
  const bar = new Uint8Array(width * 16 * 3);
  return picture(width, height + 32, Uint8Array.from([...bar, ...data, ...bar]));
};

let report: ExaminedSet;
const events: ProgressEvent[] = [];
const clips = (...paths: string[]) => ({ clips: paths, passedOver: [], folders: [] });
const clipNamed = (name: string) => report.clips.find(({ path }) => path.endsWith(name))!;
const kinds = (name: string) => notesAbout(clipNamed(name), { frames: 16 }).map(({ kind }) => kind);

beforeAll(async () => {
  const clips: [string, readonly Picture[], number][] = [
    ['1-good.mp4', walking, 10],
    ['2-copy.webm', walking.slice(2), 10],
    ['3-two-shots.mp4', [...walking, ...signing.slice(0, 30)].map(letterboxed), 30],
    ['4-short.gif', signing.slice(0, 9), 10],
    ['5-still.mp4', Array<Picture>(20).fill(signing[0]!), 30],
    ['6-pictures', [...signing.slice(0, 18), ...walking.slice(0, 3)], 1],
  ];
  await mkdir(at('set'));
  for (const [name, frames, framesPerSecond] of clips) {
    await writeVideo(at(join('set', name)), frames, { framesPerSecond });
  }
  await writeFile(at('set/7-damaged.mp4'), (await readFile(at('set/1-good.mp4'))).subarray(0, 3000));
  await writeFile(at('set/captions.tsv'), '1-good.mp4\ta person leaves\n3-two-shots.mp4\ta person\n');
  const onEvent = (event: ProgressEvent) => events.push(event);
  const strip = { width: 16_000, height: 96 };
  report = await examineClipSet(await findClipSet([at('set')]), { frames: 16, strip, onEvent });
});

describe('a set', () => {
  test('each clip, and what is remarkable about it', () => {
    expect(report.clips).toHaveLength(6);
    expect(kinds('1-good.mp4')).toEqual([]);
    expect(kinds('2-copy.webm')).toEqual([]);
    expect(kinds('3-two-shots.mp4')).toEqual(['cuts', 'bars']);
    expect(clipNamed('3-two-shots.mp4')).toMatchObject({
      width: 96,
      height: 96,
      shots: [
        { start: 0, length: 20 },
        { start: 20, length: 30 },
      ],
      bars: { top: 16, bottom: 16, left: 0, right: 0 },
      caption: 'a person',
    });
    expect(kinds('4-short.gif')).toEqual(['short']);
    expect(kinds('5-still.mp4')).toEqual(['still']);
    expect(kinds('6-pictures')).toEqual(['cuts']);
    expect(
      notesAbout(clipNamed('6-pictures'), { frames: 19 }).map((note) => wordFor(note, commandVocabulary)),
    ).toEqual([
      'too short: its longest shot has 18 of 19 frames. Use --frames 18 or leave it out.',
      '2 shots: a new one begins at frame 18 (counted from 0). Split it with --cut.',
    ]);
  });

  test('unreadable clips, similar clips, and the proposal', () => {
    expect(report.unreadable).toEqual([
      expect.objectContaining({
        path: at('set/7-damaged.mp4'),
        found: [expect.stringMatching(/cut off|damaged/)],
      }),
    ]);
    // The still is a frame of the short clip, with which the pictures begin.
    expect(report.alike).toMatchObject([
      { paths: [at('set/1-good.mp4'), at('set/2-copy.webm')], share: 1 },
      { paths: [at('set/4-short.gif'), at('set/5-still.mp4'), at('set/6-pictures')], share: 0.75 },
    ]);
    expect(report.proposal).toMatchObject({ frames: 16, stride: 1 });
    // The fifth is sampled at a third of its rate.
    expect(report.strips.map((strip) => strip.length)).toEqual([16, 16, 16, 9, 7, 16]);
    expect(report.strips[0]![0]).toMatchObject({ width: 144, height: 96 });
    expect(events.at(-1)).toEqual({ type: 'progress', stage: 'examining clips', done: 7, total: 7 });
  });

  test('unused files, captions without a clip, numbering, and videos made by lamp', async () => {
    const frames = signing.slice(0, 6).map((frame) => frame);
    const metadata = { lamp: '{}' };
    await mkdir(at('more'));
    for (const name of ['a.mp4', 'b.gif', 'c']) {
      await writeVideo(at(`more/${name}`), frames, { framesPerSecond: 10, metadata });
    }
    await writeVideo(at('more/d'), frames, { framesPerSecond: 10 });
    await rm(at('more/d/0002.png'));
    await writeFile(at('more/e.avi'), 'x');
    await writeFile(at('more/captions.tsv'), 'A.mp4\tx\n');
    const { passedOver, captionNotes, clips } = await examineClipSet(await findClipSet([at('more')]), {
      frames: 2,
    });
    expect(passedOver).toEqual([
      {
        path: at('more/e.avi'),
        kind: 'unread video',
        reason: 'AVI is not read',
        advice: 'To use "e.avi", convert it: ffmpeg -i e.avi -crf 12 -pix_fmt yuv420p e.mp4',
      },
    ]);
    expect(captionNotes).toEqual([
      { path: at('more/captions.tsv'), line: 1, name: 'A.mp4', reason: 'no clip', meant: 'a.mp4' },
    ]);
    expect(clips.map(({ madeByLamp }) => madeByLamp)).toEqual([true, true, true, false]);
    const notes = clips.map((clip) =>
      notesAbout(clip, { frames: 2 }).filter(({ kind }) => kind === 'gaps' || /lamp/.test(kind)),
    );
    expect(notes.map((each) => each.map(({ kind }) => kind))).toEqual([
      ['made by lamp'],
      ['made by lamp'],
      ['made by lamp'],
      ['gaps'],
    ]);
  });

  test('can be stopped; malformed captions are an error', async () => {
    const stopped = examineClipSet(clips(at('set/1-good.mp4')), { frames: 16, signal: AbortSignal.abort() });
    await expect(stopped).rejects.toThrow(InterruptedError);
    await mkdir(at('odd'));
    await writeFile(at('odd/captions.tsv'), 'no tab');
    await expect(examineClipSet(clips(at('odd/a.mp4')), { frames: 16 })).rejects.toThrow(MediaError);
  });
});

test('clips that are alike are one group, however many pairs they make', async () => {
  const printOf = async (frames: readonly Picture[]) => clipPrint(await Promise.all(frames.map(thumbnailOf)));
  const [walk, sign] = [await printOf(walking), await printOf(signing.slice(0, 20))];
  const named = (prints: readonly ClipPrint[]) =>
    findAlike(prints.map((print, i) => ({ report: { path: `${i}` }, print })));
  expect(named([walk, sign, walk, walk, sign, walk])).toMatchObject([
    { paths: ['0', '2', '3', '5'], share: 1 },
    { paths: ['1', '4'], share: 1 },
  ]);
  expect(named([walk, sign])).toEqual([]);
  // Two that have nothing in common, and a third that has both in it: one group.
  const both = await printOf([...walking, ...signing.slice(0, 20)]);
  expect(named([walk, sign, both])).toMatchObject([{ paths: ['0', '1', '2'], share: 1 }]);
  expect(named([])).toEqual([]);
});

test('a note says if a clip loses or changes much at a size', () => {
  const clip = { ...clipNamed('1-good.mp4'), width: 768, height: 432 };
  const said = (width: number, height: number, fit?: 'cover' | 'stretch') =>
    notesAbout(clip, { frames: 16, size: { width, height }, fit }).map((note) =>
      wordFor(note, commandVocabulary),
    );
  expect(said(512, 288)).toEqual([]);
  expect(said(512, 320)).toEqual([]); // 10 % of the width
  expect(said(512, 512)).toEqual([
    'another shape than 512x512: 44 % of the picture is cut off (left and right). ' +
      'To keep it, use --fit stretch or give a --size of another shape.',
  ]);
  expect(said(512, 160, 'stretch')).toEqual([
    'another shape than 512x160: things become 44 % flatter. ' +
      'To avoid that, use --fit cover or give a --size of another shape.',
  ]);
  expect(said(512, 512, 'stretch')[0]).toMatch(/things become 44 % narrower/);
  expect(said(1536, 864)).toEqual([
    'smaller than the training videos: enlarged 2.0 times for 1536x864. Use a smaller --size.',
  ]);
  expect(said(768, 160)).toEqual([
    expect.stringMatching(/63 % of the picture is cut off \(top and bottom\)/),
  ]);
});

test('the stride that is proposed', () => {
  const clip = (framesPerSecond: number | null, ...lengths: number[]) => {
    let frameCount = 0;
    const shots = lengths.map((length) => {
      frameCount += length;
      return { start: frameCount - length, length };
    });
    return { path: 'a.mp4', frameCount, framesPerSecond, shots };
  };
  expect(propose([clip(30, 200)], 16)).toMatchObject({ stride: 4, framesPerSecond: 7.5 });
  expect(propose([clip(30, 200), clip(30, 47, 3)], 16)).toEqual({
    frames: 16,
    clipFps: 30,
    stride: 3,
    framesPerSecond: 10,
    seconds: 1.6,
    settings: { frames: 16, stride: 3 },
  });
  expect(propose([clip(30, 200), clip(30, 8)], 16)?.stride).toBe(4);
  expect(propose([clip(null, 100)], 16)?.stride).toBe(1);
  expect(propose([clip(30, 15)], 16)).toBeUndefined();
  // Two seconds of each, at the lower of the rates: 48 frames of both.
  expect(propose([clip(24, 48), clip(60, 120)], 16)).toMatchObject({
    clipFps: 24,
    stride: 3,
    framesPerSecond: 8,
    settings: { clipFps: 24, frames: 16, stride: 3 },
  });
  expect(propose([clip(24, 48), clip(60, 120)], 16, 12)).toMatchObject({ clipFps: 12, stride: 1 });
  // Spread over 3 seconds, 16 frames play at 5 a second; there is no stride.
  expect(propose([clip(10, 31)], 16, 10, 'spread')).toMatchObject({
    stride: 1,
    framesPerSecond: 5,
    seconds: 3.2,
    settings: { frames: 16, window: 'spread' },
  });
  expect(propose([clip(24, 48), clip(60, 120)], 16, 'frames')).toMatchObject({
    clipFps: 'frames',
    stride: 3,
  });
});

describe('cutting', () => {
  test('makes a set without faults, with its captions, and overwrites nothing', async () => {
    const pieces = planPieces(report.clips, 16);
    const expected = [
      '1-good.mp4',
      '2-copy.webm',
      '3-two-shots_1.mp4',
      '3-two-shots_2.mp4',
      '4-short.gif',
      '5-still.mp4',
      '6-pictures',
    ];
    expect(pieces.map(({ name }) => name)).toEqual(expected);
    await writePieces(pieces, at('clean'));
    expect((await readdir(at('clean'))).sort()).toEqual([...expected, 'captions.tsv'].sort());
    expect(await readFile(at('clean/1-good.mp4'))).toEqual(await readFile(at('set/1-good.mp4')));
    expect(await readFile(at('clean/captions.tsv'), 'utf8')).toBe(
      '1-good.mp4\ta person leaves\n3-two-shots_1.mp4\ta person\n3-two-shots_2.mp4\ta person\n',
    );
    const { clips } = await examineClipSet(await findClipSet([at('clean')]), { frames: 16 });
    const made = clips.filter(({ path }) => /3-two|6-pict/.test(path));
    expect(made.flatMap((clip) => notesAbout(clip, { frames: 16 }))).toEqual([]);
    expect(made.map(({ width, height, frameCount }) => [width, height, frameCount])).toEqual([
      [96, 64, 20],
      [96, 64, 30],
      [96, 64, 18],
    ]);
    expect(made[0]!.framesPerSecond).toBe(30);
    await expect(writePieces(pieces, at('clean'))).rejects.toThrow(StorageError);
    await expect(writePieces(pieces, at('set/1-good.mp4'))).rejects.toThrow(StorageError);
  });

  test('long shots are divided, names are unique, odd sizes become even', async () => {
    const clip = (path: string, more: Partial<ExaminedClip> = {}): ExaminedClip => ({
      ...clipNamed('3-two-shots.mp4'),
      path,
      ...more,
    });
    const bytes = 96 * 96 * 3 * 16;
    const names = planPieces([clip('a/x.mp4'), clip('b/x.mkv')], 15, bytes).map(({ name, shot }) => [
      name,
      shot?.start,
      shot?.length,
    ]);
    // 20 frames are divided into 10 and 10, too short; 30 into 15 and 15.
    expect(names).toEqual([
      ['x_1.mp4', 20, 15],
      ['x_2.mp4', 35, 15],
      ['x_1-2.mp4', 20, 15],
      ['x_2-2.mp4', 35, 15],
    ]);
    await writeVideo(at('odd.gif'), Array(3).fill(blankPicture({ width: 21, height: 31 }, [90, 0, 0])), {
      framesPerSecond: 10,
    });
    const [info] = (await examineClipSet(clips(at('odd.gif')), { frames: 2 })).clips;
    const bars = { top: 0, bottom: 0, left: 2, right: 0 };
    await writePieces(planPieces([{ ...info!, bars }], 2), at('even'));
    expect(await readFrames(at('even/odd.mp4'))).toMatchObject(Array(3).fill({ width: 18, height: 30 }));
  });
});
