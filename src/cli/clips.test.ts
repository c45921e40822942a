import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { LampError, MediaError, StorageError, UsageError } from '../errors.ts';
import { readFrames } from '../media/clip.ts';
import { blankPicture } from '../media/picture.ts';
import { readPicture } from '../media/picture-file.ts';
import { writeVideo } from '../media/video-file.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { clipsCommand } from './clips.ts';

const at = await testFolder();
const size = { width: 96, height: 64 };

beforeAll(async () => {
  const walking = await readFrames(testdata('clips/walking/walk_out_01.mp4'), { size });
  const signing = await readFrames(testdata('clips/asl_signing/milk.mkv'), { size, count: 20 });
  await mkdir(at('set'));
  await writeVideo(at('set/two.mp4'), [...walking, ...signing], { framesPerSecond: 20 });
  await writeVideo(at('set/walk.mp4'), walking, { framesPerSecond: 10 });
  await writeFile(at('set/walk.txt'), 'a person leaves');
  await mkdir(at('short'));
  await writeVideo(at('short/brief.gif'), [blankPicture(size)], { framesPerSecond: 10 });
});

afterEach(() => vi.restoreAllMocks());

async function clips(...words: string[]): Promise<{ text: string; error: unknown }> {
  let text = '';
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  vi.spyOn(process.stdout, 'write').mockImplementation((written) => {
    text += written;
    return true;
  });
  const error = await clipsCommand()
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .parseAsync(words, { from: 'user' })
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  return { text, error };
}

test('tells about each clip and proposes a stride', async () => {
  const { text, error } = await clips(at('set'));
  expect(error).toBeUndefined();
  expect(text.split('\n')).toEqual([
    `2 clips at "${at('set')}"`,
    expect.stringMatching(
      /^ {2}two\.mp4 {3}96x64, 40 frames at 20 a second, 2\.0 s; motion in \d+ % of the picture$/,
    ),
    '            problem: 2 shots: a new one begins at frame 20 (counted from 0). Take it apart with --cut.',
    expect.stringMatching(/^ {2}walk\.mp4 {2}96x64, 20 frames at 10 a second, 2\.0 s; motion/),
    expect.stringMatching(/^ {2}alike +"two\.mp4" and "walk\.mp4" show nearly the same/),
    '  captions  1 of 2 clips have one',
    '  proposed  --frames 16 --stride 1: training videos of 0.8 s that play at 20 frames a second',
    '',
  ]);
});

test('says what is not taken, and which captions belong to no clip', async () => {
  await mkdir(at('mixed'));
  await writeVideo(at('mixed/walk.gif'), Array(16).fill(blankPicture(size)), {
    framesPerSecond: 10,
    metadata: { lamp: '{}' },
  });
  await writeFile(at('mixed/film.avi'), 'x');
  await writeFile(at('mixed/captions.tsv'), 'Walk.gif\ta person leaves\n');
  const { text } = await clips(at('mixed'));
  expect(text.split('\n').slice(2, -1)).toEqual([
    '             note: lamp made it: a motion that is learned from it has its faults too. Leave it out unless it is meant.',
    '             problem: nothing moves: there is no motion to learn. Leave it out.',
    `  not taken  ${at('mixed/film.avi')}: AVI is not read; convert it: ffmpeg -i film.avi -crf 12 -pix_fmt yuv420p film.mp4`,
    '  captions   none; all clips are trained with the prompt',
    `             note: 1 line of "${at('mixed/captions.tsv')}" matches no clip: "Walk.gif" (line 1; is "walk.gif" meant?).`,
    '  proposed   --frames 16 --stride 1: training videos of 1.6 s that play at 10 frames a second',
  ]);
  const lines = (await clips(at('mixed'), '--json')).text.trim().split('\n');
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({
    passedOver: [{ path: at('mixed/film.avi') }],
    unusedCaptions: [expect.stringContaining('Walk.gif')],
  });
});

test('as JSON, with a sheet, and cut', async () => {
  const words = ['--preview', at('sheet.png'), '--cut', '--out', at('clean'), '--json', '--frames', '20'];
  const { text, error } = await clips(at('set'), ...words);
  expect(error).toBeUndefined();
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.find(({ kind }) => kind === 'clip set')).toMatchObject({
    clips: [{ notes: [{ kind: 'cuts' }] }, { caption: 'a person leaves', notes: [] }],
    unreadable: [],
    proposal: { frames: 20, stride: 1 },
  });
  expect(lines.at(-1)).toEqual({ type: 'written', path: at('clean') });
  expect(await readPicture(at('sheet.png'))).toMatchObject({ width: 2 + 8 * 146, height: 2 + 2 * 98 });
  expect((await readdir(at('clean'))).sort()).toEqual(['captions.tsv', 'two_1.mp4', 'two_2.mp4', 'walk.mp4']);
  const again = await clips(at('set'), '--cut', '--out', at('clean'));
  expect(again.error).toBeInstanceOf(StorageError);
  expect((again.error as Error).message).toContain('nothing is overwritten');
});

test('clips that cannot be trained on end with exit code 3', async () => {
  const { text, error } = await clips(at('short'));
  expect(text).toContain('problem: too short: it has 1 of 16 frames. Leave it out.');
  expect(text).toContain('nothing, since no clip holds more than one frame');
  expect(error).toBeInstanceOf(MediaError);
  expect((error as LampError).exitCode).toBe(3);
});

test('options that make no sense', async () => {
  for (const words of [['--cut'], ['--out', at('x')], ['--preview', 'sheet.jpg']]) {
    expect((await clips(at('set'), ...words)).error).toBeInstanceOf(UsageError);
  }
  expect((await clips(at('nowhere'))).error).toBeInstanceOf(LampError);
  await expect(stat(at('x'))).rejects.toThrow('ENOENT');
});
