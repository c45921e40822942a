import { appendFile, cp, readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { DeviceError, InterruptedError, UsageError } from '../../errors.ts';
import type { ProgressEvent } from '../../events.ts';
import { openBaseModel } from '../../models/base-model.ts';
import { motionVariants } from '../../motion/variant.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { lampMotion, randomMotion, testMotion } from '../../testing/test-motions.ts';
import { testdata } from '../../testing/testdata.ts';
import { thrownBy } from '../../testing/thrown-by.ts';
import { keptGenerators, newGenerators } from './kept-generators.ts';
import type { MotionGeneratorOptions } from './loaded-motions.ts';
import type { VideoRequest } from './video-request.ts';

const at = await testFolder();
const folder = testdata('mini/tiny-sd');
const base = await openBaseModel(folder);
const request: VideoRequest = { prompt: 'a cat', samplerSteps: 1, guidance: 1, drawing: { samplerSteps: 1 } };
const shape = { frames: 2, width: 16, height: 16 };
const info = { ...shape, prompt: 'walks' };

/** What a motion, made from a seed, is used with. */
const options = (seed: number, changes: Partial<MotionGeneratorOptions> = {}): MotionGeneratorOptions => ({
  motions: [
    {
      path: 'walk.safetensors',
      strength: 1,
      ...testMotion(base, lampMotion(randomMotion(base, seed, motionVariants.lamp)), info),
    },
  ],
  base,
  shape,
  device: 'cpu',
  useRecommended: true,
  ...changes,
});

/** Asks kept generators for a video: whether anything was compiled, its frames, its notices. */
async function ask(generators = keptGenerators(), asked = options(1), video = request) {
  const events: ProgressEvent[] = [];
  const work = { onEvent: (event: ProgressEvent) => void events.push(event) };
  const { frames, settings } = await generators.with(asked, video, work, (generator) =>
    generator.generate(video, work),
  );
  const compiled = events.some((event) => event.type === 'progress' && event.stage === 'compiling');
  return { compiled, frames, settings, notices: events.filter(({ type }) => type === 'notice') };
}

test('the same request compiles nothing again, and gives the same video', async () => {
  const generators = keptGenerators();
  const first = await ask(generators);
  // Read again, as each request does.
  const second = await ask(generators, options(1, { base: await openBaseModel(folder) }));
  expect([first.compiled, second.compiled]).toEqual([true, false]);
  const alone = await ask(newGenerators);
  expect(second.frames).toEqual(alone.frames);
  expect(second.settings).toEqual(alone.settings);
  await generators.free();
  expect((await ask(generators)).compiled).toBe(true);
  await generators.free();
});

test('another motion under the same path, strength, shape or name is compiled', async () => {
  const generators = keptGenerators();
  await ask(generators);
  const [motion] = options(1).motions;
  const others: MotionGeneratorOptions[] = [
    options(2),
    options(1, { motions: [{ ...motion!, strength: 0.5 }] }),
    options(1, { motions: [{ ...motion!, path: 'run.safetensors' }] }),
    options(1, { shape: { ...shape, width: 24 } }),
    options(1, { useRecommended: false }),
  ];
  for (const each of others) {
    const { compiled, frames, settings } = await ask(generators, each);
    expect(compiled).toBe(true);
    expect({ frames, settings }).toMatchObject(
      await ask(newGenerators, each).then(({ frames, settings }) => ({ frames, settings })),
    );
  }
  expect((await ask(generators)).compiled).toBe(false);
  await generators.free();
});

test.each([
  ['weights', 'vae/diffusion_pytorch_model.safetensors'],
  ['settings', 'scheduler/scheduler_config.json'],
  ['tokenizer', 'tokenizer/merges.txt'],
])('another base under the same path is compiled: other %s', async (name, file) => {
  const path = at(name);
  await cp(folder, path, { recursive: true });
  const generators = keptGenerators();
  const opened = async () => options(1, { base: await openBaseModel(path) });
  await ask(generators, await opened());
  expect((await ask(generators, await opened())).compiled).toBe(false);
  if (file.endsWith('.safetensors')) {
    const bytes = await readFile(`${path}/${file}`);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(`${path}/${file}`, bytes);
  } else await appendFile(`${path}/${file}`, '\n');
  expect((await ask(generators, await opened())).compiled).toBe(true);
  await generators.free();
});

test('the least recently used generator is freed first', async () => {
  const generators = keptGenerators({ most: 2 });
  const compiled: boolean[] = [];
  for (const seed of [1, 2, 1, 3, 1, 2]) compiled.push((await ask(generators, options(seed))).compiled);
  expect(compiled).toEqual([true, true, false, true, false, true]);
  await generators.free();
});

test('networks over the memory limit are not kept', async () => {
  const generators = keptGenerators({ bytes: 1000 });
  expect([(await ask(generators)).compiled, (await ask(generators)).compiled]).toEqual([true, true]);
});

test('a kept generator reports the same notices again', async () => {
  const generators = keptGenerators();
  const long = { ...request, prompt: 'very '.repeat(100) };
  const larger = options(1, { shape: { ...shape, frames: 3 } });
  const first = await ask(generators, larger, long);
  expect(first.notices).toMatchObject([
    {
      type: 'notice',
      message: expect.stringMatching(/^3 frames of 16x16 .*; expected 2 frames of 16x16\.$/),
      setting: 'frames',
    },
    {
      type: 'notice',
      message: expect.stringMatching(/^16x16 is far from what the base "tiny-sd" .*; expected about/),
    },
    { type: 'notice', message: expect.stringMatching(/^a prompt has \d+ tokens/) },
  ]);
  expect((await ask(generators, larger, long)).notices).toEqual(first.notices);
  await generators.free();
});

test('a generator is kept after invalid requests and stops, and freed after device failures', async () => {
  const generators = keptGenerators();
  await ask(generators);
  const wrong = { ...request, samplerSteps: -1 };
  const never = async () => {
    throw new Error('it must not come to this');
  };
  expect(await thrownBy(generators.with(options(1), wrong, {}, never))).toBeInstanceOf(UsageError);
  const throwing = (error: Error) =>
    thrownBy(generators.with(options(1), request, {}, () => Promise.reject(error)));
  expect(await throwing(new InterruptedError('stopped'))).toBeInstanceOf(InterruptedError);
  expect((await ask(generators)).compiled).toBe(false);
  expect(await throwing(new DeviceError('no memory'))).toBeInstanceOf(DeviceError);
  expect((await ask(generators)).compiled).toBe(true);
  await generators.free();
});
