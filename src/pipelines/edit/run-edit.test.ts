import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { InterruptedError, type LampError, MediaError, StorageError, UsageError } from '../../errors.ts';
import type { ProgressEvent } from '../../events.ts';
import { readFrames } from '../../media/clip.ts';
import { readPicture, readPngMetadata, writePng } from '../../media/picture-file.ts';
import { writeVideo } from '../../media/video-file.ts';
import { openBaseModel } from '../../models/base-model.ts';
import { writeMotion } from '../../motion/file/motion-file.ts';
import { motionVariants } from '../../motion/variant.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { lampMotion, randomMotion, testMotion } from '../../testing/test-motions.ts';
import { testdata } from '../../testing/testdata.ts';
import { readRun } from '../../training/run-folder.ts';
import { storedPicture } from '../draw/stored-picture.ts';
import type { EditRequest } from './edit-request.ts';
import { prepareEdit } from './prepare-edit.ts';
import { type EditedVideo, runEdit } from './run-edit.ts';

const prepareAndRunEdit = async (all: EditRequest) => runEdit(await prepareEdit(all), all);

const at = await testFolder();
const clip = testdata('clips/walking/walk_out_01.mp4');
const size = { width: 32, height: 16 };

function options(more: Partial<EditRequest> = {}): EditRequest {
  return {
    clip,
    prompt: 'a person walks in the snow',
    clipPrompt: 'a person walks',
    run: at('edit'),
    base: testdata('mini/tiny-sd'),
    training: { ...size, frames: 3, stride: 4, steps: 3, saveEvery: 2, learningRate: 1e-3 },
    drawing: { samplerSteps: 4 },
    sampling: { samplerSteps: 3, guidance: 3 },
    ...more,
  };
}

/** Edits; gives the video and what was told. `stopAt` stops it as Ctrl-C does, when it is true of an event. */
async function edit(more: Partial<EditRequest> = {}, stopAt?: (event: ProgressEvent) => boolean) {
  const events: ProgressEvent[] = [];
  const controller = new AbortController();
  const onEvent = (event: ProgressEvent) => {
    events.push(event);
    if (stopAt?.(event)) controller.abort();
  };
  const video = await prepareAndRunEdit(options({ ...more, onEvent, signal: controller.signal }));
  const stages = new Set(events.map((event) => (event.type === 'progress' ? event.stage : event.type)));
  const notices = events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
  const concerned = events.flatMap((event) => (event.type === 'notice' ? (event.setting ?? []) : []));
  const written = events.flatMap((event) => (event.type === 'written' ? [basename(event.path)] : []));
  return { video, stages, notices, concerned, written };
}

function refusal(more: Partial<EditRequest>): Promise<LampError> {
  return prepareAndRunEdit(options(more)).then(
    () => expect.unreachable(),
    (error: LampError) => error,
  );
}

test('with little memory, all networks take little, and the video is almost the same', async () => {
  const { video } = await edit({ run: at('low'), memory: 'low' });
  const { video: plain } = await edit({ run: at('plain') });
  expect([video.settings.memory, plain.settings.memory]).toEqual(['low', 'fast']);
  const [low, fast] = [await readRun(at('low/training')), await readRun(at('plain/training'))];
  expect([low.memory, low.settings.memory, fast.memory, fast.settings.memory]).toEqual([
    'low',
    'low',
    'fast',
    'auto',
  ]);
  for (const [i, { data }] of video.frames.entries()) {
    const difference = data.map((value, at) => Math.abs(value - plain.frames[i]!.data[at]!));
    expect(Math.max(...difference)).toBeLessThanOrEqual(2);
  }
});

describe('an edit', () => {
  let whole: EditedVideo;

  beforeAll(async () => {
    const { video, written, notices, concerned } = await edit();
    whole = video;
    expect(written).toEqual(['first-frame.png', 'motion.safetensors', 'inversion.safetensors']);
    expect(notices).toEqual([
      'the clips are sampled at 10 frames a second, their own rate.',
      expect.stringMatching(/steps? (is|are) far fewer than recommended .*; expected about 500\./),
      '32x16 is far from what the base "tiny-sd" was trained on: what it draws may fall apart; expected about 64x64.',
    ]);
    // Those of the training have the names that they have in an edit.
    expect(concerned).toEqual(['training.clipFps', 'training.steps', 'size']);
  });

  test("is a video of the clip's length and rate, and says how it was made", async () => {
    expect(whole.frames.map(({ width, height }) => ({ width, height }))).toEqual(Array(3).fill(size));
    const run = await readRun(at('edit/training'));
    expect(run.settings).toMatchObject({
      prompt: 'a person walks',
      flipProbability: 0,
      frames: 3,
      stride: 4,
    });
    expect(run.clips[0]).not.toHaveProperty('caption');
    const { framesPerSecond, settings } = whole;
    expect(framesPerSecond).toBeCloseTo(run.clips[0]!.framesPerSecond! / 4);
    expect(settings).toMatchObject({
      prompt: 'a person walks in the snow',
      motion: { name: 'a person walks' },
      inversion: { clip: run.clips[0]!.fingerprint, stride: 4, fit: 'cover', steps: 3 },
      firstFrame: {
        kind: 'picture',
        redrawn: { strength: 0.6, samplerSteps: 4, stepsTaken: 2, prompt: settings.prompt },
      },
    });
    expect(JSON.stringify(settings)).not.toContain(at('.'));
  });

  test('keeps its parts in a folder', async () => {
    expect((await readdir(at('edit'))).sort()).toEqual([
      'first-frame.png',
      'inversion.safetensors',
      'training',
    ]);
    expect(await readPicture(at('edit/first-frame.png'))).toMatchObject(size);
    const stored = storedPicture(await readPngMetadata(at('edit/first-frame.png')));
    expect(stored).toMatchObject({
      prompt: 'a person walks in the snow',
      redrawn: { strength: 0.6, stepsTaken: 2 },
    });
  });

  test('is the same again without training, inverting or drawing', async () => {
    const { video, stages, notices } = await edit();
    expect(video).toEqual(whole);
    for (const stage of ['step', 'inverting', 'drawing the first frame']) expect(stages).not.toContain(stage);
    expect(notices).toHaveLength(3);
    // What is not given is as the training was begun.
    const bare = await edit({ training: {} });
    expect(bare.video).toEqual(whole);
  });

  test.each<[string, string, (event: ProgressEvent) => boolean]>([
    ['drawing the first frame', 'first-frame.png', (event) => isAt(event, 'drawing the first frame', 1)],
    ['training', 'training', (event) => event.type === 'step' && event.step === 1],
    ['inverting', 'inversion.safetensors', (event) => isAt(event, 'inverting', 1)],
    ['sampling', 'nothing', (event) => isAt(event, 'sampling', 2)],
  ])('stopped while %s goes on and ends alike', async (stage, missing, stopAt) => {
    const run = at(`stopped ${stage}`);
    await cp(at('edit'), run, { recursive: true });
    await rm(join(run, missing), { recursive: true, force: true });
    const stopped = edit({ run }, stopAt);
    await expect(stopped).rejects.toThrow(InterruptedError);
    await expect(stopped).rejects.toThrow(`are kept in "${run}". Continue with the same editVideo.`);
    expect(await readdir(run)).not.toContain('lock');
    expect((await edit({ run })).video).toEqual(whole);
  });

  test('with another prompt needs only a new first frame and sampling', async () => {
    const run = at('looks');
    await cp(at('edit'), run, { recursive: true });
    const { video, stages, written } = await edit({ run, prompt: 'a robot walks', strength: 0.9 });
    expect(written).toEqual(['first-frame.png']);
    expect(stages).not.toContain('inverting');
    expect(video.frames[1]).not.toEqual(whole.frames[1]);
    const other = await edit({ run, prompt: 'a robot walks', strength: 0.9, inversionSteps: 2 });
    expect(other.written).toEqual(['inversion.safetensors']);
    expect(other.video.frames[1]).not.toEqual(video.frames[1]);
  });

  test('begins with a given picture', async () => {
    const run = at('given');
    await cp(at('edit'), run, { recursive: true });
    const firstFrame = await readPicture(testdata('pictures/skimage_chelsea.png'));
    const { video, stages } = await edit({ run, firstFrame });
    expect(stages).not.toContain('drawing the first frame');
    expect(await readPicture(at('given/first-frame.png'))).toMatchObject(size);
    expect(video.settings.firstFrame).toMatchObject({ kind: 'picture', ...size });
    expect(video.settings.firstFrame).not.toHaveProperty('redrawn');
    expect(video.frames[0]).not.toEqual(whole.frames[0]);
    const bytes = await readFile(at('given/first-frame.png'));
    expect((await edit({ run, firstFrame })).video).toEqual(video);
    expect((await readFile(at('given/first-frame.png'))).equals(bytes)).toBe(true);
  });

  test('makes damaged parts anew, and does not write over a picture of the user', async () => {
    const run = at('damaged');
    await cp(at('edit'), run, { recursive: true });
    await truncate(at('damaged/inversion.safetensors'), 300);
    const { video, notices } = await edit({ run });
    expect(notices).toContainEqual(expect.stringContaining('The clip is inverted again.'));
    expect(video).toEqual(whole);
    const [own] = await readFrames(clip, { indices: [9], size });
    await writePng(at('damaged/first-frame.png'), own!);
    const refused = await refusal({ run });
    expect(refused).toBeInstanceOf(StorageError);
    expect(refused.message).toContain('Use it with firstFrame: ');
    const { video: used } = await edit({ run, firstFrame: own! });
    expect(used.settings.firstFrame).toMatchObject({ kind: 'picture' });
    expect(await readPicture(at('damaged/first-frame.png'))).toEqual(own);
  });

  test('is not continued with other settings or another clip', async () => {
    const other = await refusal({ training: { frames: 4 } });
    expect(other).toBeInstanceOf(UsageError);
    expect(other.message).toMatch(/holds another edit: "frames" is 4, but .* with 3\. Give another "run"\.$/);
    const clipRefused = await refusal({ clip: testdata('clips/walking/walk_out_02.mp4') });
    expect(clipRefused.message).toMatch(
      /holds another edit: the clips are not those.* Give another "run"\.$/,
    );
    expect((await refusal({ training: { steps: 2 } })).message).toMatch(
      /already taken 3 steps; "training.steps" is 2\. Give another "run"\.$/,
    );
  });
});

function isAt(event: ProgressEvent, stage: string, done: number): boolean {
  return event.type === 'progress' && event.stage === stage && event.done === done;
}

describe('with a motion that was trained before', () => {
  beforeAll(async () => {
    const base = await openBaseModel(testdata('mini/tiny-sd'));
    const motion = testMotion(base, lampMotion(randomMotion(base, 1, motionVariants.lamp)), {
      ...size,
      frames: 3,
      settings: { stride: 5 },
    });
    await writeMotion(at('motion.safetensors'), motion);
  });

  test('there is no training, and the clip is taken as the motion was', async () => {
    const { clipPrompt: _, training: __, ...rest } = options();
    const { video, stages, written } = await edit({
      ...rest,
      training: {},
      run: at('motion'),
      motion: at('motion.safetensors'),
      seed: 3,
    });
    expect(stages).not.toContain('step');
    expect(written).toEqual(['first-frame.png', 'inversion.safetensors']);
    expect(video.frames).toHaveLength(3);
    expect(video.settings).toMatchObject({ ...size, seed: 3, inversion: { stride: 5 } });
    expect(await readdir(at('motion'))).not.toContain('training');
  });

  test('a shorter clip gives fewer frames, told with a notice', async () => {
    const frames = await readFrames(clip, { count: 6, size });
    await writeVideo(at('short.gif'), frames, { framesPerSecond: 10 });
    const short = { clip: at('short.gif'), run: at('short'), motion: at('motion.safetensors'), training: {} };
    const { video, notices } = await edit(short);
    expect(notices).toEqual([
      'the clip has 6 frames: 2 at stride 5 are edited; expected 3.',
      '32x16 is far from what the base "tiny-sd" was trained on: what it draws may fall apart; expected about 64x64.',
    ]);
    expect(video.frames).toHaveLength(2);
    expect(video.framesPerSecond).toBeCloseTo(2);
    const refused = await refusal({ ...short, training: { frames: 3 } });
    expect(refused).toBeInstanceOf(MediaError);
    expect(refused.message).toContain('at least 11, which 3 frames at stride 5 need');
  });
});

describe('what is not given', () => {
  const long = { clip: at('long.gif'), run: at('usual'), training: {}, sampling: {} };
  beforeAll(async () => {
    const frames = await readFrames(clip, { indices: Array.from({ length: 50 }, (_, f) => f % 20), size });
    await writeVideo(long.clip, frames, { framesPerSecond: 10 });
  });

  test("is the paper's", async () => {
    const { source, ...edit } = await prepareEdit(options(long));
    const fit = 'cover';
    expect(edit).toMatchObject({ frames: 24, stride: 2, fit, size: { width: 512, height: 320 } });
    expect(edit).toMatchObject({ inversionSteps: 50, strength: 0.6, sampling: { guidance: 12.5 } });
    expect(source).toMatchObject({ settings: { steps: 500, learningRate: 3e-5, flipProbability: 0 } });
    const sampling = { sampler: 'dpm++', samplerSteps: 9 } as const;
    expect((await prepareEdit(options({ ...long, sampling }))).inversionSteps).toBe(50);
  });

  test('is as the base recommends', async () => {
    const base = at('base');
    await cp(testdata('mini/tiny-sd'), base, { recursive: true });
    const training = { frames: 7, steps: 9, flipProbability: 0.5 };
    const recommended = { size, training, video: { samplerSteps: 8, guidance: 2 }, image: { guidance: 3 } };
    await writeFile(at('base/lamp.json'), JSON.stringify(recommended));
    const given = { ...long, base, drawing: {} };
    const { source, ...edit } = await prepareEdit(options(given));
    expect(edit).toMatchObject({ frames: 7, stride: 1, size, inversionSteps: 8 });
    expect(edit).toMatchObject({ sampling: { guidance: 2 }, drawing: { guidance: 3 } });
    expect(source).toMatchObject({ settings: { frames: 7, stride: 1, steps: 9, flipProbability: 0 } });
    const plain = await prepareEdit(options({ ...given, useRecommended: false }));
    expect(plain).toMatchObject({ frames: 24, stride: 2, sampling: { guidance: 12.5 } });
  });
});

describe('bad input is refused on one line, and nothing is written', () => {
  const run = at('never');
  const cases: [string, Partial<EditRequest>, new (m: string) => LampError, RegExp][] = [
    [
      'a folder of several clips',
      { clip: testdata('clips/walking') },
      UsageError,
      /holds 5 clips; expected one, since one is edited/,
    ],
    ['a missing clip', { clip: at('none.mp4') }, MediaError, /does not exist/],
    ['a strength out of range', { strength: 2 }, UsageError, /^"strength" is 2/],
    [
      'steps out of range',
      { inversionSteps: 5000 },
      UsageError,
      /"inversionSteps" is 5000; expected a whole number from 1 to 1000/,
    ],
    ['a size that cannot be', { training: { width: 33 } }, UsageError, /Use width: 32, height: 32/],
    [
      'a frame too many',
      { training: { ...size, frames: 500 } },
      MediaError,
      /which 500 frames at stride 2 need/,
    ],
  ];
  test.each(cases)('%s', async (_, more, kind, words) => {
    const error = await refusal({ run, ...more });
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toMatch(words);
    expect(error.message).not.toContain('\n');
    expect(await readdir(at('.'))).not.toContain('never');
  });

  test('a clip without a description', async () => {
    const { clipPrompt: _, ...rest } = options({ run });
    await expect(prepareAndRunEdit(rest)).rejects.toThrow(
      /Give clipPrompt: "a person walks", or "motion" with a motion/,
    );
    await cp(clip, at('said.mp4'));
    await writeFile(at('said.txt'), 'a person walks');
    const said = await prepareEdit({ ...rest, clip: at('said.mp4') });
    expect(said.source).toMatchObject({ settings: { prompt: 'a person walks' }, begun: false });
  });

  test('a folder that holds something else', async () => {
    await writeFile(at('edit/letter.txt'), 'Dear reader');
    const refused = await refusal({});
    expect(refused).toBeInstanceOf(StorageError);
    expect(refused.message).toContain('contains "letter.txt", which does not belong to an edit');
    const run = await refusal({ run: at('edit/training') });
    expect(run.message).toContain('is a training run. Give it as motion: ');
  });
});
