import { cp, readFile, truncate, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { CheckpointError, type LampError, MediaError, StorageError } from '../errors.ts';
import {
  animateImage,
  animateImages,
  convertMotion,
  drawImage,
  editVideo,
  examineClips,
  generateVideo,
  inspect,
  learnMotion,
  loadBase,
  loadMotion,
} from '../index.ts';
import { tinyBase, writeTestMotion } from '../testing/library-models.ts';
import { runHere } from '../testing/run-here.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { thrownBy } from '../testing/thrown-by.ts';

const at = await testFolder();
const cat = testdata('pictures/skimage_chelsea.png');
const walking = testdata('clips/walking/walk_out_01.mp4');
/** A motion that fits the base, and one of which the end is missing. */
const [motion, half] = [at('walk.safetensors'), at('half.safetensors')];
const none = at('none');
/** A clip and a picture that hold something else. */
const [noClip, noPicture] = [at('letter.mp4'), at('letter.png')];
/** A base whose U-Net has lost its settings. */
const damaged = at('damaged');
/** Below a file nothing can be written. */
const unwritable = at('letter.mp4/below');

beforeAll(async () => {
  await writeTestMotion(motion);
  await writeFile(half, await readFile(motion));
  await truncate(half, 3000);
  for (const path of [noClip, noPicture]) await writeFile(path, 'Dear reader');
  await cp(tinyBase, damaged, { recursive: true });
  await writeFile(at('damaged/unet/config.json'), '{');
});

type Case = readonly [setting: string, Kind: typeof LampError, options: object];

/** Calls a function with options that work but for one. */
function refused<Options>(call: (options: Options) => Promise<unknown>, usual: object) {
  return async (setting: string, Kind: typeof LampError, options: object) => {
    const error = await thrownBy(call({ ...usual, ...options } as Options));
    expect([error.constructor, error.setting]).toEqual([Kind, setting]);
    expect(error.message).not.toContain('\n');
  };
}

const ofBase: readonly Case[] = [
  ['base', CheckpointError, { base: none }],
  ['base', CheckpointError, { base: damaged }],
];

const steps = { samplerSteps: 1, drawing: { samplerSteps: 1 } };

describe('an error about something at a path refers to the option that named it', () => {
  test.each<Case>([
    ...ofBase,
    ['motion', CheckpointError, { motion: none }],
    ['motion', CheckpointError, { motion: half }],
    ['motions', CheckpointError, { motion: undefined, motions: [motion, none] }],
    ['motions', CheckpointError, { motion: undefined, motions: [{ motion: half, strength: 0.5 }] }],
    ['firstFrame', MediaError, { firstFrame: noPicture, drawing: undefined }],
    ['firstFrameBase', CheckpointError, { firstFrameBase: damaged }],
    ['out', StorageError, { out: `${unwritable}.gif` }],
  ])('generateVideo: %s', refused(generateVideo, { base: tinyBase, motion, prompt: 'a cat', ...steps }));

  test.each<Case>([
    ...ofBase,
    ['picture', MediaError, { picture: none }],
    ['out', StorageError, { out: `${unwritable}/` }],
  ])('animateImage: %s', refused(animateImage, { base: tinyBase, motion, picture: cat, samplerSteps: 1 }));

  test.each<Case>([
    ...ofBase,
    ['pictures', MediaError, { pictures: [`@${none}`] }],
    ['pictures', MediaError, { pictures: [noPicture] }],
    ['out', StorageError, { out: `${unwritable}.gif` }],
  ])(
    'animateImages: %s',
    refused(animateImages, { base: tinyBase, motion, pictures: [cat], out: at('x.gif'), samplerSteps: 1 }),
  );

  test.each<Case>([
    ...ofBase,
    ['from', MediaError, { from: noPicture }],
    ['out', StorageError, { out: `${unwritable}.png` }],
  ])('drawImage: %s', refused(drawImage, { base: tinyBase, prompt: 'a cat', samplerSteps: 1 }));

  test.each<Case>([
    ...ofBase,
    ['clips', MediaError, { clips: [none] }],
    ['clips', MediaError, { clips: [noClip] }],
    ['out', StorageError, { out: unwritable }],
    ['out', StorageError, { out: none, resume: true }],
  ])(
    'learnMotion: %s',
    refused(learnMotion, {
      base: tinyBase,
      clips: [walking],
      prompt: 'a person walks',
      frames: 3,
      width: 16,
      height: 16,
      steps: 1,
      out: at('run'),
    }),
  );

  test.each<Case>([
    ...ofBase,
    ['clip', MediaError, { clip: none }],
    ['clip', MediaError, { clip: noClip }],
    ['motion', CheckpointError, { motion: half, clipPrompt: undefined }],
    ['firstFrame', MediaError, { firstFrame: none }],
    ['run', StorageError, { run: unwritable }],
    ['out', StorageError, { out: `${unwritable}.gif` }],
  ])(
    'editVideo: %s',
    refused(editVideo, {
      base: tinyBase,
      clip: walking,
      clipPrompt: 'a person walks',
      prompt: 'a robot walks',
      run: at('edit'),
      frames: 3,
      width: 16,
      height: 16,
      samplerSteps: 1,
      inversionSteps: 1,
    }),
  );

  test.each<Case>([
    ['clips', MediaError, { clips: [none] }],
    ['preview', StorageError, { preview: `${unwritable}.png` }],
    ['out', StorageError, { cut: true, out: unwritable }],
  ])('examineClips: %s', refused(examineClips, { clips: [walking], frames: 3 }));

  test.each<Case>([
    ['source', CheckpointError, { source: half }],
    ['source', CheckpointError, { source: none }],
    ['base', CheckpointError, { base: damaged, out: at('unet') }],
    ['out', StorageError, { out: `${unwritable}.safetensors` }],
  ])('convertMotion: %s', refused(convertMotion, { source: motion, out: at('other.safetensors') }));

  test.each<Case>([
    ['path', MediaError, { path: none }],
    ['path', CheckpointError, { path: half }],
    ['path', CheckpointError, { path: damaged }],
    ['path', MediaError, { path: noClip }],
    ['path', MediaError, { path: noPicture }],
  ])('inspect: %s', refused(inspect, {}));

  test.each<Case>(ofBase)('loadBase: %s', refused(loadBase, {}));

  test.each<Case>([
    ['motion', CheckpointError, { motion: half }],
    ['motion', CheckpointError, { motion: tinyBase }],
  ])('loadMotion: %s', refused(loadMotion, {}));
});

test('the prompt of an edit is checked like every other', async () => {
  const error = await thrownBy(editVideo({ base: tinyBase, clip: walking, prompt: ' ', run: at('edit') }));
  expect(error.message).toBe('"prompt" is " "; expected a text that is not empty.');
});

test.each([
  ['base', '--base', damaged],
  ['motions', '--motion', half],
  ['out', '--out', `${unwritable}.gif`],
])('lamp --json says that it is about "%s"', async (setting, option, value) => {
  const usual = ['--base', tinyBase, '--motion', motion, '--out', at('x.gif'), '--prompt', 'a cat'];
  const words = usual.flatMap((word, i) =>
    word === option ? [word, value] : usual[i - 1] === option ? [] : word,
  );
  const { stdout } = await runHere('generate', ...words, '--sampler-steps', '1', '--json');
  const last = JSON.parse(stdout.trimEnd().split('\n').at(-1)!);
  expect(last).toMatchObject({ type: 'error', setting });
});
