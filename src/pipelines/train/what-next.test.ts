import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandVocabulary } from '../../cli/vocabulary.ts';
import type { ProgressEvent } from '../../events.ts';
import { learnMotion } from '../../library/learn-motion.ts';
import { builtInBase } from '../../models/built-in-base.ts';
import { readMotionInfo } from '../../motion/file/motion-file.ts';
import { wordFor } from '../../phrases.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { testdata } from '../../testing/testdata.ts';
import { tellUnfinished } from '../video/loaded-motions.ts';
import { runTraining } from './run-training.ts';
import { recommendedSteps, whatNext } from './what-next.ts';

const at = await testFolder();
const amount = (steps: number, batch = 1, accumulation = 1) => ({ steps, batch, accumulation });
const settings = {
  base: testdata('mini/tiny-sd'),
  clips: [testdata('clips/walking/walk_out_01.mp4')],
  prompt: "it's a walk",
  frames: 2,
  width: 64,
  height: 64,
  steps: 1,
};

/** What was told while something ran. */
async function noticesOf(work: (onEvent: (event: ProgressEvent) => void) => Promise<unknown>) {
  const events: ProgressEvent[] = [];
  await work((event) => void events.push(event));
  return events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
}

test('steps are far too few below half of what is recommended, counted in videos', () => {
  const plain = { settings: { path: 'lamp.json', training: {}, video: {}, image: {} } };
  const base = { settings: { ...plain.settings, training: { steps: 2000 } } };
  expect(recommendedSteps(amount(250), plain)).toBeUndefined();
  expect(recommendedSteps(amount(249), plain)).toBe(500);
  expect(recommendedSteps(amount(999), base)).toBe(2000);
  expect(recommendedSteps(amount(1000), base)).toBeUndefined();
  expect(recommendedSteps(amount(250, 2, 2), base)).toBeUndefined();
  expect(recommendedSteps(amount(249, 2, 2), base)).toBe(500);
});

test('the commands that come next can be pasted into a shell', () => {
  const ended = { out: 'runs/a b', settings: { base: builtInBase(), prompt: "it's", steps: 2 } };
  const next = (...[training]: Parameters<typeof whatNext>) => wordFor(whatNext(training), commandVocabulary);
  expect(next({ ...ended, moreSteps: undefined })).toBe(
    "make a video with: lamp generate --motion 'runs/a b' --prompt 'it'\\''s' --out video.gif",
  );
  expect(next({ out: 'r', settings: { base: '/models/sd', prompt: 'x y', steps: 2 }, moreSteps: 500 })).toBe(
    "make a video with: lamp generate --motion r --base /models/sd --prompt 'x y' --out video.gif. It was trained for 2 of 500 recommended steps; train further with: lamp train --out r --resume --steps 500",
  );
});

test('a training says at its beginning that its steps are few, and at its end what comes next', async () => {
  const few =
    '1 step is far fewer than recommended with this base: the motion may hardly be learned; expected about 500.';
  const out = at('run');
  const rate = 'the clips are sampled at 10 frames a second, their own rate.';
  expect(await noticesOf((onEvent) => runTraining({ out, settings, onEvent }))).toEqual([
    rate,
    few,
    whatNext({ out, settings, moreSteps: 500 }).message,
  ]);
  expect(await noticesOf((onEvent) => learnMotion({ out: at('called'), ...settings, onEvent }))).toEqual([
    rate,
    few,
    whatNext({ out: at('called'), settings, moreSteps: 500 }).message,
  ]);
});

test('the motion of a run that is not finished is used with a notice', async () => {
  const path = at('run/motion.safetensors');
  const info = await readMotionInfo(path);
  const told = (motion: string) =>
    noticesOf((onEvent) => tellUnfinished([{ path: motion, info }], { onEvent }));
  expect(await told(path)).toEqual([]);
  const record = JSON.parse(await readFile(at('run/run.json'), 'utf8'));
  const unfinished = { ...record, finished: null, settings: { ...record.settings, steps: 2000 } };
  await writeFile(at('run/run.json'), JSON.stringify(unfinished));
  expect(await told(path)).toEqual([
    `the run "${at('run')}" is not finished: its motion is from step 1 of 2000. Continue with: learnMotion({ out: "${at('run')}", resume: true })`,
  ]);
  // All steps taken, but killed before that was written; a motion by itself; a damaged record.
  await writeFile(at('run/run.json'), JSON.stringify({ ...record, finished: null }));
  expect(await told(path)).toEqual([]);
  await writeFile(at('run/run.json'), JSON.stringify(unfinished));
  await cp(path, join(at('run'), 'other.safetensors'));
  expect(await told(at('run/other.safetensors'))).toEqual([]);
  await writeFile(at('run/run.json'), '{');
  expect(await told(path)).toEqual([]);
});
