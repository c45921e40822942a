import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openSafetensors, writeSafetensors } from '../../checkpoints/safetensors.ts';
import type { LampError } from '../../errors.ts';
import { type Motion, readMotion, readMotionInfo } from '../../motion/file/motion-file.ts';
import { motionFingerprint } from '../../motion/file/motion-fingerprint.ts';
import {
  expectSameBytes,
  metricsOf,
  shortTraining as settings,
  stoppingAfter,
} from '../../testing/short-training.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { runTraining } from './run-training.ts';

const at = await testFolder();
const checkpoint = (run: string, step: number) => join(run, 'checkpoints', `step-00000${step}.safetensors`);
const facts = ({ info, values }: Motion) => ({ info, values: motionFingerprint(values) });

describe('a run that keeps the checkpoints of every second step', () => {
  const whole = at('whole');
  const keeping = { ...settings, saveEvery: 6, keepEvery: 2, steps: 7 };
  beforeAll(async () => {
    await runTraining({ out: whole, settings: keeping });
  });

  test('has these, and the last two', async () => {
    expect(await readdir(join(whole, 'checkpoints'))).toEqual(
      [2, 4, 6, 7].map((step) => `step-00000${step}.safetensors`),
    );
  });

  test('has them also when it was stopped, with the same bytes', async () => {
    const out = at('stopped');
    await expect(runTraining({ out, settings: keeping, ...stoppingAfter(5) })).rejects.toThrow('stopped');
    await runTraining({ out, resume: true, settings: {} });
    for (const step of [2, 4, 6, 7]) await expectSameBytes(whole, out, step);
    expect(await readdir(join(out, 'checkpoints'))).toEqual(await readdir(join(whole, 'checkpoints')));
  });

  test('gives the motion of each, which is that of a training of so many steps', async () => {
    await runTraining({ out: at('four'), settings: { ...settings, steps: 4 } });
    const learned = await readMotion(at('four/motion.safetensors'));
    expect(facts(await readMotion(checkpoint(whole, 4)))).toEqual(facts(learned));
    expect(await readMotionInfo(checkpoint(whole, 4))).toMatchObject({ steps: 4, prompt: 'a person walks' });
    expect(facts(await readMotion(checkpoint(whole, 7)))).toEqual(
      facts(await readMotion(join(whole, 'motion.safetensors'))),
    );
  });

  test('goes back to one, and on from there with the same bytes', async () => {
    const out = at('back');
    await cp(whole, out, { recursive: true });
    await mkdir(join(out, 'samples'));
    for (const name of ['000004-1.mp4', '000006-1.mp4']) await writeFile(join(out, 'samples', name), '');
    const back = await runTraining({ out, resume: true, fromStep: 4, settings: { steps: 4 } });
    expect(back).toMatchObject({ steps: 4, wasFinished: false });
    expect((await readdir(join(out, 'checkpoints'))).sort()).toEqual(
      [2, 4].map((step) => `step-00000${step}.safetensors`),
    );
    expect(await readdir(join(out, 'samples'))).toEqual(['000004-1.mp4']);
    expect((await metricsOf(out)).at(-1)).toMatchObject({ step: 4 });
    expect(facts(await readMotion(join(out, 'motion.safetensors')))).toEqual(
      facts(await readMotion(at('four/motion.safetensors'))),
    );
    const run = JSON.parse(await readFile(join(out, 'run.json'), 'utf8'));
    expect([run.settings.steps, typeof run.finished]).toEqual([4, 'string']);
    await runTraining({ out, resume: true, settings: { steps: 7 } });
    await expectSameBytes(whole, out, 7);
    expect(await metricsOf(out)).toEqual(await metricsOf(whole));
  });

  test('that goes back and is stopped at once has the motion of that step', async () => {
    const out = at('back and stopped');
    await cp(whole, out, { recursive: true });
    const going = runTraining({ out, resume: true, fromStep: 2, settings: {}, ...stoppingAfter(3) });
    await expect(going).rejects.toThrow('stopped after step 3 of 7');
    expect((await readMotionInfo(join(out, 'motion.safetensors'))).steps).toBe(3);
    await runTraining({ out, resume: true, settings: {} });
    await expectSameBytes(whole, out, 7);
  });

  test('says which steps it has when another is asked for, and changes nothing', async () => {
    const before = await readdir(join(whole, 'checkpoints'));
    const error = (await runTraining({ out: whole, resume: true, fromStep: 3, settings: {} }).catch(
      (error: unknown) => error,
    )) as LampError;
    expect(error.message).toMatch(
      /holds no checkpoint of step 3; expected one of the steps that it holds: 2, 4, 6, 7\. With "keepEvery"/,
    );
    expect(error.setting).toBe('fromStep');
    expect(await readdir(join(whole, 'checkpoints'))).toEqual(before);
  });

  test('may keep fewer when it is resumed', async () => {
    const out = at('fewer');
    await cp(whole, out, { recursive: true });
    await runTraining({ out, resume: true, settings: { steps: 8, keepEvery: 4 } });
    expect(await readdir(join(out, 'checkpoints'))).toEqual(
      [4, 7, 8].map((step) => `step-00000${step}.safetensors`),
    );
  });
});

test('the motion of low-rank factors in a checkpoint is rounded as in its file', async () => {
  const out = at('factors');
  await runTraining({ out, settings: { ...settings, steps: 1, rank: 2, averageDecay: 0 } });
  const [saved, learned] = await Promise.all(
    [checkpoint(out, 1), join(out, 'motion.safetensors')].map(readMotion),
  );
  expect(facts(saved!)).toEqual(facts(learned!));
});

test('a checkpoint of an earlier version is no motion, and the run goes on from it', async () => {
  const out = at('earlier');
  const going = runTraining({ out, settings, ...stoppingAfter(2) });
  await expect(going).rejects.toThrow('stopped');
  const path = checkpoint(out, 2);
  const { metadata, readAll } = await openSafetensors(path);
  const { motion, ...earlier } = metadata;
  expect(motion).toContain('"steps":2');
  await writeSafetensors(path, await readAll(), earlier);
  await expect(readMotion(path)).rejects.toThrow('a training checkpoint that does not describe its motion');
  expect(await runTraining({ out, resume: true, settings: {} })).toMatchObject({ steps: 6 });
});
