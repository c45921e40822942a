import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { LampError, MediaError, StorageError, UsageError } from '../errors.ts';
import { readFrames } from '../media/clip.ts';
import { blankPicture } from '../media/picture.ts';
import { readPicture } from '../media/picture-file.ts';
import { writeVideo } from '../media/video-file.ts';
import { wordFor } from '../phrases.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { clipsCommand } from './clips.ts';
import { commandVocabulary } from './vocabulary.ts';

const at = await testFolder();
const size = { width: 96, height: 64 };

beforeAll(async () => {
  const walking = await readFrames(testdata('clips/walking/walk_out_01.mp4'), { size });
  const signing = await readFrames(testdata('clips/asl_signing/milk.mkv'), { size, count: 20 });
  await mkdir(at('set'));
  await writeVideo(at('set/two.mp4'), [...walking, ...signing], { framesPerSecond: 10 });
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

test('describes each clip and proposes a stride', async () => {
  const { text, error } = await clips(at('set'));
  expect(error).toBeUndefined();
  expect(text.split('\n')).toEqual([
    `2 clips at "${at('set')}"`,
    expect.stringMatching(
      /^ {2}two\.mp4 {3}96x64, 40 frames at 10 a second, 4\.0 s; motion in \d+ % of the picture$/,
    ),
    '            problem: 2 shots: a new one begins at frame 20 (counted from 0). Split it with --cut.',
    expect.stringMatching(/^ {2}walk\.mp4 {2}96x64, 20 frames at 10 a second, 2\.0 s; motion/),
    expect.stringMatching(/^ {2}alike +"two\.mp4" and "walk\.mp4" show nearly the same/),
    '  captions  1 of 2 clips have one',
    '  rate      the clips are sampled at 10 frames a second, their own rate.',
    '  proposed  --frames 16 --stride 1: training videos of 1.6 s that play at 10 frames a second',
    '',
  ]);
});

test('names files that are not used, and captions that belong to no clip', async () => {
  await mkdir(at('mixed'));
  await writeVideo(at('mixed/walk.gif'), Array(16).fill(blankPicture(size)), {
    framesPerSecond: 10,
    metadata: { lamp: '{}' },
  });
  await writeFile(at('mixed/film.avi'), 'x');
  await writeFile(at('mixed/captions.tsv'), 'Walk.gif\ta person leaves\n');
  const { text } = await clips(at('mixed'));
  expect(text.split('\n').slice(2, -1)).toEqual([
    '            note: made by lamp: a motion learned from it would inherit its faults. Leave it out unless this is intended.',
    '            problem: nothing moves: there is no motion to learn. Leave it out.',
    `  not used  ${at('mixed/film.avi')}: AVI is not read. To use "film.avi", convert it: ffmpeg -i film.avi -crf 12 -pix_fmt yuv420p film.mp4`,
    '  captions  none; all clips are trained with the prompt',
    `            note: 1 line of "${at('mixed/captions.tsv')}" matches no clip: "Walk.gif" (line 1). Is "walk.gif" meant?`,
    '  rate      the clips are sampled at 10 frames a second, their own rate.',
    '  proposed  --frames 16 --stride 1: training videos of 1.6 s that play at 10 frames a second',
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
  const written = lines.filter(({ type }) => type === 'written').map(({ path }) => path);
  expect(written).toEqual([at('sheet.png'), at('clean')]);
  expect(lines.at(-1)).toMatchObject({ kind: 'clip set' });
  expect(await readPicture(at('sheet.png'))).toMatchObject({ width: 2 + 20 * 146, height: 2 + 2 * 98 });
  expect((await readdir(at('clean'))).sort()).toEqual(['captions.tsv', 'two_1.mp4', 'two_2.mp4', 'walk.mp4']);
  const again = await clips(at('set'), '--cut', '--out', at('clean'));
  expect(again.error).toBeInstanceOf(StorageError);
  expect((again.error as Error).message).toContain('nothing is overwritten');
});

test('for clips of several rates, proposes the lowest and previews the training videos', async () => {
  const rates = [testdata('clips/timing/r24.mp4'), testdata('clips/timing/r60.mp4')];
  const { text } = await clips(...rates);
  expect(text).toContain(
    'proposed  --clip-fps 24 --frames 16 --stride 1: training videos of 0.7 s that play at 24 frames a second',
  );
  const long = (await clips(...rates, '--frames', '40')).text;
  expect(long).toContain('too short: it has 24 of 40 frames. Use --frames 24 or leave it out.');
  expect(long).toMatch(
    /has \d+ of 40 frames at 24 a second\. Use --frames \d+, a higher --clip-fps, or leave/,
  );
  expect(long).toContain(
    'proposed  no clip has 40 frames at 24 a second. Use --frames 24 or fewer, or a higher --clip-fps.',
  );
  const words = ['--clip-fps', '12', '--frames', '4', '--preview', at('rates.png')];
  const shown = (await clips(...rates, ...words, '--stride', '2')).text
    .split('\n')
    .filter((line) => line.includes('preview'));
  // Moments 2, 4, 6 and 8 of 12: frames 4, 8, 12 and 16 at 24 a second, 10, 20, 30 and 40 at 60.
  expect(shown.map((line) => line.trim())).toEqual([
    'preview: a video begins at one of 6 places, frame 0 to 10; an example: frames 4, 8, 12, 16',
    'preview: a video begins at one of 6 places, frame 0 to 25; an example: frames 10, 20, 30, 40',
  ]);
  expect(await readPicture(at('rates.png'))).toMatchObject({ width: 2 + 4 * 98, height: 2 + 2 * 98 });
  const fixed = await clips(...rates, ...words, '--window', 'spread', '--json');
  expect(fixed.text).not.toContain('"type":"error"');
  const facts = fixed.text.split('\n').find((line) => line.includes('clip set'))!;
  expect(JSON.parse(facts)).toMatchObject({
    clipFps: 12,
    clips: [
      { window: { starts: 1, frames: [0, 8, 14, 22] } },
      { window: { starts: 1, frames: [0, 20, 35, 55] } },
    ],
  });
  // The pictures of the sheet are these frames.
  const sheet = await readPicture(at('rates.png'));
  const [frame] = await readFrames(rates[1]!, {
    indices: [35],
    size: { width: 96, height: 96 },
    fit: 'stretch',
  });
  const row = (y: number) =>
    sheet.data.subarray(((2 + 98 + y) * sheet.width + 2 + 2 * 98) * 3).subarray(0, 96 * 3);
  for (const y of [0, 40, 95]) {
    expect(row(y)).toEqual(frame!.data.subarray(y * 96 * 3, (y + 1) * 96 * 3));
  }
});

test('with --size, says how much of the clips is cropped; groups similar clips', async () => {
  const frames = await readFrames(at('set/walk.mp4'));
  await mkdir(at('many'));
  for (let i = 0; i < 7; i++) await writeVideo(at(`many/${i}.gif`), frames, { framesPerSecond: 10 });
  const { text } = await clips(at('many'), '--size', '64x64', '--window', 'spread');
  const lines = text.split('\n').map((line) => line.trim());
  expect(lines.filter((line) => line.startsWith('note: another shape than 64x64: 33 %'))).toHaveLength(7);
  expect(lines.filter((line) => line.includes('nearly the same'))).toEqual([
    'alike     7 clips show nearly the same (of two alike, 100 % of the shorter or more): ' +
      '"0.gif", "1.gif", "2.gif", "3.gif", "4.gif" and 2 more. Keep one.',
  ]);
  expect(lines).toContain(
    'proposed  --frames 16 --window spread: training videos of 2.0 s that play at 7.895 frames a second',
  );
});

test('clips that cannot be trained on end with exit code 3', async () => {
  const { text, error } = await clips(at('short'));
  expect(text).toContain('problem: too short: it has 1 of 16 frames. Leave it out.');
  expect(text).toContain('no clip has more than one frame. Give longer clips.');
  expect(error).toBeInstanceOf(MediaError);
  expect((error as LampError).exitCode).toBe(3);
});

test('contradictory options are refused', async () => {
  for (const [words, said] of [
    [['--cut'], '--cut needs --out; expected a new or empty folder.'],
    [['--out', at('x')], '--out is for --cut. Add --cut, or omit --out.'],
    [['--preview', 'sheet.jpg'], '--preview is "sheet.jpg"; expected a name that ends in .png.'],
    [['--fit', 'cover'], '--fit fits clips to a size, but none is given. Give --size, or omit it.'],
  ] as const) {
    const { error } = await clips(at('set'), ...words);
    expect(error).toBeInstanceOf(UsageError);
    expect(wordFor(error as UsageError, commandVocabulary)).toBe(said);
  }
  expect((await clips(at('nowhere'))).error).toBeInstanceOf(LampError);
  await expect(stat(at('x'))).rejects.toThrow('ENOENT');
});
