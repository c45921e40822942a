import { expect, test } from 'vitest';
import { readMotion, writeMotion } from '../../motion/file/motion-file.ts';
import { tinyBase, writeTestMotion } from '../../testing/library-models.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { testdata } from '../../testing/testdata.ts';
import { builtInBaseId } from '../api/identifiers.ts';
import { estimateWork } from './look-estimate.ts';

const at = await testFolder();
const clip = testdata('clips/walking/walk_out_01.mp4');
const size = { width: 32, height: 32 };

const estimate = async (kind: 'draw' | 'edit' | 'learn', options: object) => {
  const found = await estimateWork({ kind, options: { ...options }, base: tinyBase });
  const { memory, time } = found;
  if (memory) expect(memory.needed).toBeGreaterThan(1e6);
  if (time) expect(time.seconds).toBeCloseTo(time.secondsPerStep * time.steps);
  return found;
};

test('of a picture, its size and steps tell what it takes', async () => {
  const prompt = 'a cat';
  const found = await estimate('draw', { prompt, ...size, samplerSteps: 4 });
  expect(found).toMatchObject({ problems: [], advice: [], size, memory: { fits: true }, time: { steps: 4 } });
  const large = await estimate('draw', { prompt, width: 256, height: 256, samplerSteps: 4 });
  expect(large.time!.seconds).toBeGreaterThan(20 * found.time!.seconds);
  expect(large.memory!.needed).toBeGreaterThan(found.memory!.needed);
  // As of videos, steps with products in 8 bits are told to be faster.
  const rounded = await estimate('draw', { prompt, ...size, samplerSteps: 4, precision: 'int8' });
  expect(found.time!.seconds / rounded.time!.seconds).toBeGreaterThan(1.5);
});

test('what a training begins with, and which part of its clips it sees, changes nothing of what it takes', async () => {
  const learn = { clips: [clip], prompt: 'a man walks', ...size, frames: 2, steps: 5 };
  const found = await estimate('learn', learn);
  expect(found).toMatchObject({ problems: [], size, frames: 2, time: { steps: 5 } });
  const startFrom = await writeTestMotion(at('begun.safetensors'), { ...size, frames: 2 });
  const more = { startFrom, heldOut: [clip], clipParts: { [clip]: { startFrame: 1 } } };
  const { memory, problems } = await estimate('learn', { ...learn, ...more });
  expect(problems).toEqual([]);
  expect(memory!.needed).toBe(found.memory!.needed);
});

test('an edit learns, inverts and samples, or does without learning', async () => {
  const edit = { clip, prompt: 'a robot walks', ...size, frames: 2, samplerSteps: 4, inversionSteps: 6 };
  const learned = await estimate('edit', { ...edit, clipPrompt: 'a man walks', training: { steps: 30 } });
  expect(learned).toMatchObject({
    problems: [],
    size,
    frames: 2,
    time: { steps: 30, samples: { videos: 1 } },
  });
  const motion = await writeTestMotion(at('motion.safetensors'), { ...size, frames: 2 });
  const reused = await estimate('edit', { ...edit, motion });
  expect(reused).toMatchObject({
    problems: [],
    size,
    frames: 2,
    time: { steps: 10 },
    memory: { fits: true },
  });
  expect(reused.time!.samples).toBeUndefined();
  expect(reused.time!.seconds).toBeCloseTo(learned.time!.samples!.seconds);
});

test('what would be refused is told, also of the clip and the device', async () => {
  const edit = { clip, prompt: 'a robot walks', ...size };
  expect((await estimate('edit', edit)).problems).toMatchObject([
    { kind: 'UsageError', setting: 'clipPrompt' },
  ]);
  expect((await estimate('edit', { ...edit, clip: at('none.mp4') })).problems).toMatchObject([
    { kind: 'MediaError' },
  ]);
  const { problems, time } = await estimate('draw', { prompt: 'a cat', device: 'abacus' });
  expect(problems).toMatchObject([{ kind: 'DeviceError', setting: 'device' }]);
  expect(time).toBeUndefined();
});

test('a motion of another base is refused, and one of a base with other weights told of', async () => {
  const motion = await writeTestMotion(at('fitting.safetensors'), { ...size, frames: 2 });
  const options = { motions: [{ motion, strength: 1 }], prompt: 'a cat', samplerSteps: 2 };
  const fitting = await estimateWork({ kind: 'generate', options, base: tinyBase });
  expect(fitting).toMatchObject({ problems: [], frames: 2, time: { steps: 2 } });
  const { problems } = await estimateWork({ kind: 'generate', options, base: builtInBaseId });
  expect(problems).toMatchObject([
    { setting: 'base', message: expect.stringContaining('which has another architecture') },
  ]);
  const info = { ...(await readMotion(motion)).info, baseFingerprint: 'another' };
  await writeMotion(at('other.safetensors'), { ...(await readMotion(motion)), info });
  const other = { ...options, motions: [{ motion: at('other.safetensors') }] };
  expect(
    await estimateWork({ kind: 'animate', options: { ...other, picture: clip }, base: tinyBase }),
  ).toMatchObject({
    problems: [],
    notices: [expect.stringContaining('has other weights')],
  });
});
