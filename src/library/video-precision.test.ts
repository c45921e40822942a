import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyBase, writeTestMotion } from '../testing/library-models.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { generateVideo } from './generate-video.ts';
import { type LearnMotionOptions, learnMotion } from './learn-motion.ts';

const at = await testFolder();
const { XDG_CACHE_HOME: before } = process.env;
beforeAll(() => {
  process.env.XDG_CACHE_HOME = at('cache');
});
afterAll(() => {
  if (before === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = before;
});

test('a video in 8 bits says so, and is the same every time', async () => {
  const motion = await writeTestMotion(at('motion.safetensors'));
  const options = { base: tinyBase, motion, prompt: 'a cat', samplerSteps: 2, seed: 1 };
  const exact = await generateVideo(options);
  const [video, again] = [
    await generateVideo({ ...options, precision: 'int8' }),
    await generateVideo({ ...options, precision: 'int8' }),
  ];
  expect(exact.settings.base).not.toHaveProperty('precision');
  expect(video.settings.base.precision).toBe('int8');
  expect(again.frames).toEqual(video.frames);
  expect(video.frames).not.toEqual(exact.frames);
});

test.each(['fast', 'balanced', 'low'] as const)(
  'a training in 8 bits with memory %s, resumed, gives the same bytes as one that was not stopped',
  async (memory) => {
    const settings = {
      base: tinyBase,
      clips: [testdata('clips/walking/walk_out_01.mp4')],
      prompt: 'a walk',
      frames: 2,
      width: 64,
      height: 64,
      steps: 4,
      saveEvery: 2,
      memory,
      precision: 'int8',
    } satisfies Partial<LearnMotionOptions>;
    const [whole, stopped] = [at(`whole-${memory}`), at(`stopped-${memory}`)];
    await learnMotion({ ...settings, out: whole });
    await learnMotion({ ...settings, out: stopped, steps: 2 });
    await learnMotion({ resume: true, out: stopped, steps: 4 });
    expect(await readFile(join(stopped, 'motion.safetensors'))).toEqual(
      await readFile(join(whole, 'motion.safetensors')),
    );
    const record = JSON.parse(await readFile(join(stopped, 'run.json'), 'utf8'));
    expect(record.settings.precision).toBe('int8');
  },
);
