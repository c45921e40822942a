import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { LampError } from '../errors.ts';
import type { ProgressEvent } from '../events.ts';
import {
  animateImage,
  drawImage,
  drawImages,
  editVideo,
  generateVideo,
  learnMotion,
  openGenerator,
  readPicture,
} from '../index.ts';
import { inspectClip } from '../media/clip.ts';
import { tinyBase, writeTestMotion } from '../testing/library-models.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { thrownBy } from '../testing/thrown-by.ts';
import { readRun } from '../training/run-folder.ts';
import { presets } from '../training/training-settings.ts';

const at = await testFolder();
const cat = testdata('pictures/skimage_chelsea.png');
const walking = testdata('clips/walking/walk_out_01.mp4');
let motion: string;

beforeAll(async () => {
  motion = await writeTestMotion(at('walk.safetensors'));
});

test('animateImage begins with the picture, with the motion’s prompt', async () => {
  const { settings, framesPerSecond } = await animateImage({
    base: tinyBase,
    samplerSteps: 2,
    motion,
    picture: cat,
  });
  expect(settings).toMatchObject({ prompt: 'a cat walks', firstFrame: { kind: 'picture' } });
  expect(framesPerSecond).toBe(8);
});

test('drawImage draws, writes, and draws anew', async () => {
  const out = at('cat.png');
  const options = { base: tinyBase, samplerSteps: 2, width: 24, height: 16 };
  const drawn = await drawImage({ ...options, prompt: 'a cat', out });
  expect(await readPicture(out)).toEqual(drawn.picture);
  const same = await drawImage({ ...options, prompt: 'a dog', from: out, strength: 0 });
  expect(same.settings.redrawn).toMatchObject({ width: 24, height: 16, strength: 0 });
});

test('drawImage needs a picture for a strength', async () => {
  const options = { base: tinyBase, samplerSteps: 2, prompt: 'a cat', strength: 0.5 };
  expect((await thrownBy(drawImage(options))).message).toMatch(/Give the picture with "from"/);
});

test('drawImages draws as many as are asked for, and numbers the files', async () => {
  const options = { base: tinyBase, samplerSteps: 2, width: 24, height: 16, prompt: 'a cat', seed: 5 };
  const drawn = await drawImages({ ...options, count: 2, out: at('cats.png') });
  expect(drawn.map(({ settings }) => settings.seed)).toEqual([5, 6]);
  expect(await readPicture(at('cats-1.png'))).toEqual(drawn[1]!.picture);
  expect((await drawImage({ ...options, seed: 6 })).picture).toEqual(drawn[1]!.picture);
  expect((await thrownBy(drawImages({ ...options, count: 0 }))).message).toMatch(/from 1 to 10000/);
});

test('openGenerator compiles networks once for several videos', async () => {
  let compiled = 0;
  const onEvent = (event: ProgressEvent) =>
    void (event.type === 'progress' && event.stage === 'compiling' && event.done === 1 && compiled++);
  const generator = await openGenerator({ base: tinyBase, motion });
  const request = { prompt: 'a cat', samplerSteps: 2, drawing: { samplerSteps: 2 }, onEvent };
  const first = await generator.generateVideo(request);
  const before = compiled;
  expect(before).toBeGreaterThan(0);
  const second = await generator.generateVideo({ ...request, seed: 1 });
  expect(compiled).toBe(before);
  expect(second.frames).not.toEqual(first.frames);
  expect((await generator.generateVideo(request)).frames).toEqual(first.frames);
  const alone = await generateVideo({ base: tinyBase, motion, ...request });
  expect(first.frames).toEqual(alone.frames);
  await generator.dispose();
});

test('learnMotion writes a motion that the others take; a stopped run goes on', async () => {
  const out = at('run');
  const controller = new AbortController();
  const training = {
    base: tinyBase,
    clips: [walking],
    prompt: 'a person walks',
    frames: 3,
    width: 16,
    height: 16,
  };
  const error = await thrownBy(
    learnMotion({
      ...training,
      steps: 3,
      out,
      signal: controller.signal,
      onEvent: (event) => void (event.type === 'step' && event.step === 1 && controller.abort()),
    }),
  );
  expect(error.message).toMatch(/Continue with: learnMotion\(\{ out: ".*", resume: true \}\)$/);
  const learned = await learnMotion({ out, resume: true });
  expect(learned).toEqual({ path: join(out, 'motion.safetensors'), steps: 3, wasFinished: false });
  const { frames } = await generateVideo({ base: tinyBase, samplerSteps: 2, motion: out, prompt: 'a man' });
  expect(frames).toHaveLength(3);
  expect((await thrownBy(learnMotion({ ...training, stepz: 3, out: at('b') } as never))).message).toMatch(
    /"stepz"/,
  );
});

test('a preset is below what is given, and above what the base recommends', async () => {
  const training = {
    clips: [walking],
    prompt: 'a person walks',
    base: tinyBase,
    frames: 3,
    width: 16,
    height: 16,
    steps: 1,
  };
  await learnMotion({ ...training, preset: 'reference', fit: 'cover', out: at('preset') });
  const { settings } = await readRun(at('preset'));
  expect(settings).toMatchObject({ ...presets.reference, fit: 'cover' });
  const unknown = learnMotion({ ...training, preset: 'paper', out: at('never') } as never);
  expect((await thrownBy(unknown)).message).toBe('"preset" is "paper"; expected reference.');
  const both = learnMotion({ ...training, preset: 'reference', useRecommended: true, out: at('never') });
  expect((await thrownBy(both)).message).toMatch(
    /"preset" ignores the base's recommendations.* Omit one of them/,
  );
  const resumed = { out: at('preset'), resume: true, preset: 'reference' } as const;
  expect(await learnMotion({ ...resumed, fit: 'cover' })).toMatchObject({ wasFinished: true });
  const other = (await thrownBy(learnMotion(resumed))) as LampError;
  expect(other.setting).toBe('preset');
  expect(other.message).toBe(
    'preset: "reference" does not fit the run: "fit" is "stretch", but the run was begun with "cover". Omit "preset" to resume, or train under another "out".',
  );
  const given = (await thrownBy(learnMotion({ ...resumed, fit: 'stretch' }))) as LampError;
  expect(given.setting).toBe('fit');
});

test('editVideo gives a clip a new look', async () => {
  const options = {
    base: tinyBase,
    clip: walking,
    clipPrompt: 'a person walks',
    prompt: 'a person walks in the snow',
    run: at('edit'),
    frames: 3,
    width: 32,
    height: 16,
    training: { stride: 4, steps: 2 },
    drawing: { samplerSteps: 4 },
    samplerSteps: 2,
    inversionSteps: 2,
  };
  const video = await editVideo({ ...options, out: at('snow.gif') });
  expect(video.frames.map(({ width, height }) => [width, height])).toEqual(Array(3).fill([32, 16]));
  expect(video.settings).toMatchObject({ samplerSteps: 2, inversion: { steps: 2, stride: 4 } });
  expect(await inspectClip(at('snow.gif'))).toMatchObject({ frameCount: 3 });
  const { clipPrompt: _, training: __, ...others } = options;
  const weak = { motion, strength: 0.5 };
  expect((await thrownBy(editVideo({ ...others, motion: weak }))).message).toMatch(/has the strength 0\.5/);
});
