import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { duration } from '../duration.ts';
import { notice, type ProgressEvent } from '../events.ts';
import { readPicture } from '../media/picture-file.ts';
import { phrase, setting } from '../phrases.ts';
import { testFolder } from '../testing/test-folder.ts';
import { reporter } from './progress.ts';

/** Runs events, one a second, through a reporter; gives what was written where. */
function show(
  events: readonly ProgressEvent[],
  { json = false, isTTY = false, columns = 80, variables = {} } = {},
) {
  let [stdout, stderr, milliseconds] = ['', '', 0];
  const { onEvent, end } = reporter(
    { json },
    {
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text), isTTY, columns },
      variables,
      now: () => milliseconds,
    },
  );
  for (const event of events) {
    onEvent(event);
    milliseconds += 1000;
  }
  end();
  return { stdout, stderr };
}

const progress = (done: number, total = 30): ProgressEvent => ({
  type: 'progress',
  stage: 'sampling',
  done,
  total,
});
const step = (at: number, loss: number): ProgressEvent => ({
  type: 'step',
  step: at,
  steps: 200,
  loss,
  learningRate: 1e-3,
  gradNorm: 1,
  seconds: 2,
  secondsLeft: 2 * (200 - at),
  residentBytes: 3e9,
});

test('shows which of several pictures is being processed', () => {
  const about: ProgressEvent = {
    type: 'progress',
    stage: 'sampling',
    done: 30,
    total: 30,
    picture: { number: 2, of: 5 },
  };
  expect(show([about]).stderr).toMatch(/^picture 2 of 5: sampling 30\/30/);
});

test('notices use the names of options, and have parts in JSON', () => {
  const said = notice({
    found: 'too short',
    advice: phrase`Use ${setting('frames', 8)}.`,
    setting: 'frames',
  });
  expect(show([said]).stderr).toBe('note: too short. Use --frames 8.\n');
  expect(JSON.parse(show([said], { json: true }).stdout)).toEqual({
    type: 'notice',
    message: 'too short. Use --frames 8.',
    found: 'too short',
    setting: 'frames',
    advice: ['Use --frames 8.'],
  });
});

describe('as JSON', () => {
  test('every event is one line on standard output', () => {
    const events = [progress(0), step(1, 0.5)];
    const { stdout, stderr } = show(events, { json: true, isTTY: true });
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(events);
    expect(stderr).toBe('');
  });
});

describe('on a terminal', () => {
  test('one line is redrawn, and kept when the stage is done', () => {
    const { stdout, stderr } = show([progress(0), progress(15), progress(30)], { isTTY: true });
    expect(stdout).toBe('');
    const drawn = stderr.split('\r\x1b[K').slice(1);
    expect(drawn[1]).toBe('[###########..........] sampling 15/30  0.07 s/step  1 s left');
    expect(drawn[2]).toMatch(/sampling 30\/30 {2}0\.07 s\/step {2}2 s\n$/);
  });

  test('no line is wider than the terminal', () => {
    const { stderr } = show([progress(1), step(3, 0.1)], { isTTY: true, columns: 30 });
    for (const line of stderr.split('\r\x1b[K')) expect(line.length).toBeLessThan(30);
  });

  test('a terminal that reports no width gets whole lines', () => {
    const { stderr } = show([progress(15)], { isTTY: true, columns: 0 });
    expect(stderr).toContain('[###########..........] sampling 15/30');
  });

  test('compiling leaves no line; notices are coloured unless NO_COLOR is set', () => {
    const compiling = (done: number): ProgressEvent => ({
      type: 'progress',
      stage: 'compiling',
      done,
      total: 1,
    });
    const hello = notice('hello');
    const { stderr } = show([compiling(0), compiling(1)], { isTTY: true });
    expect(stderr.endsWith('\r\x1b[K')).toBe(true);
    expect(stderr).not.toContain('\n');
    expect(show([hello], { isTTY: true }).stderr).toBe('\x1b[33mnote: hello\x1b[39m\n');
    expect(show([hello], { isTTY: true, variables: { NO_COLOR: '1' } }).stderr).toBe('note: hello\n');
  });
});

describe('in a log', () => {
  test('there is a line every ten seconds and one at the end, without control characters', () => {
    const { stderr } = show(Array.from({ length: 31 }, (_, done) => progress(done)));
    expect(stderr.trimEnd().split('\n')).toEqual([
      'sampling 0/30',
      'sampling 10/30  1.00 s/step  20 s left',
      'sampling 20/30  1.00 s/step  10 s left',
      'sampling 30/30  1.00 s/step  30 s',
    ]);
  });

  test('training shows a smoothed loss', () => {
    const { stderr } = show([step(1, 1), ...Array.from({ length: 10 }, (_, i) => step(i + 2, 0))]);
    const [first, second] = stderr.split('\n');
    expect(first).toBe('training 1/200  loss 1.0000  2.00 s/step  6 min 38 s left  3.00 GB');
    expect(second).toMatch(/loss 0\.0\d{3} /);
  });

  test('results are shown', () => {
    expect(show([{ type: 'written', path: 'walk.mp4' }]).stderr).toBe('written: walk.mp4\n');
    expect(show([{ type: 'checkpoint', step: 5, path: 'runs/a' }]).stderr).toBe('saved step 5: runs/a\n');
  });
});

test.each([
  [0.4, '0 s'],
  [59.4, '59 s'],
  [65, '1 min 05 s'],
  [3600 * 3 + 125, '3 h 02 min'],
  [Number.POSITIVE_INFINITY, '?'],
])('%s seconds are "%s"', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test('the memory in use stands at the end of the line', () => {
  const { stderr } = show([{ ...progress(30), residentBytes: 1.5e9 } as ProgressEvent, step(200, 1)]);
  expect(stderr).toMatch(/^sampling 30\/30.* {2}1\.50 GB\ntraining 200\/200.* {2}3\.00 GB\n$/);
});

test('previews are lines of JSON if they are asked for, with all frames in one picture', async () => {
  const lines: string[] = [];
  let written!: () => void;
  const line = new Promise<void>((resolve) => {
    written = resolve;
  });
  const stdout = {
    write(text: string) {
      lines.push(text);
      written();
    },
  };
  const environment = { stdout, stderr: { write: () => {} }, variables: {}, now: () => 0 };
  const { onPreview } = reporter({ json: true, previews: true }, environment);
  const frame = (value: number) => ({ width: 2, height: 1, data: new Uint8Array(6).fill(value) });
  onPreview!({ stage: 'sampling', done: 1, total: 4, frames: [frame(10), frame(200)] });
  await line;
  const { png, ...said } = JSON.parse(lines[0]!);
  expect(said).toEqual({
    ...{ type: 'preview', stage: 'sampling', done: 1, total: 4 },
    ...{ frames: 2, width: 2, height: 1 },
  });
  const path = (await testFolder())('preview.png');
  await writeFile(path, Buffer.from(png, 'base64'));
  const sheet = await readPicture(path);
  expect([sheet.width, sheet.height, sheet.data[0], sheet.data.at(-1)]).toEqual([2, 2, 10, 200]);
  expect(reporter({ json: true }, environment).onPreview).toBeUndefined();
  expect(reporter({ json: false, previews: true }, environment).onPreview).toBeUndefined();
});
