import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openSafetensors } from '../../checkpoints/safetensors.ts';
import { InterruptedError } from '../../errors.ts';
import { builtInBase } from '../../models/built-in-base.ts';
import { readMotionInfo } from '../../motion/file/motion-file.ts';
import {
  expectSameBytes,
  metricsOf,
  shortTraining as settings,
  stoppingAfter,
} from '../../testing/short-training.ts';
import { testFolder } from '../../testing/test-folder.ts';
import type { TrainingInput } from '../../training/training-settings.ts';
import { runTraining } from './run-training.ts';

const at = await testFolder();

describe('a run that was stopped', () => {
  const whole = at('whole');
  beforeAll(async () => {
    await runTraining({ out: whole, settings });
  });

  test('and resumed gives the same bytes as one that was not', async () => {
    const out = at('stopped');
    const stops = [1, 3];
    for (const [i, step] of stops.entries()) {
      const resume = i > 0;
      const stopping = runTraining({
        out,
        resume,
        settings: resume ? {} : settings,
        ...stoppingAfter(step),
      });
      await expect(stopping).rejects.toThrow(InterruptedError);
      await expect(stopping).rejects.toThrow(
        `stopped after step ${step} of 6; it is saved. Continue with: learnMotion({ out: `,
      );
    }
    await runTraining({ out, resume: true, settings });
    await expectSameBytes(whole, out, 6);
    expect(await metricsOf(out)).toEqual(await metricsOf(whole));
  });

  test('and resumed with little memory gives the same bytes, and almost those of more memory', async () => {
    const low: Partial<TrainingInput> = { memory: 'low', sampleEvery: 0 };
    await runTraining({ out: at('low'), settings: { ...settings, ...low } });
    const stopping = runTraining({
      out: at('low stopped'),
      settings: { ...settings, ...low },
      ...stoppingAfter(3),
    });
    await expect(stopping).rejects.toThrow(InterruptedError);
    const notices: string[] = [];
    await runTraining({
      out: at('low stopped'),
      resume: true,
      settings: {},
      onEvent: (event) => void (event.type === 'notice' && notices.push(event.message)),
    });
    expect(notices).toContainEqual(
      expect.stringMatching(/^training with memory: "low": a step needs about 0\.\d GB$/),
    );
    const [unbroken, resumed] = await Promise.all(
      ['low', 'low stopped'].map((name) => readFile(join(at(name), 'motion.safetensors'))),
    );
    expect(resumed!.equals(unbroken!)).toBe(true);
    const [plain, less] = await Promise.all(['whole', 'low'].map((name) => metricsOf(at(name))));
    for (const [i, { loss }] of less!.entries()) expect(loss).toBeCloseTo(plain![i]!.loss, 4);
  });

  test('resumes with the memory mode it was begun with, also one stored by an earlier version', async () => {
    const out = at('older words');
    await expect(runTraining({ out, settings, ...stoppingAfter(1) })).rejects.toThrow(InterruptedError);
    const path = join(out, 'run.json');
    const { memory, settings: begun, ...record } = JSON.parse(await readFile(path, 'utf8'));
    expect(memory).toBe('fast');
    const { memory: _, ...others } = begun;
    const older = { ...record, settings: { ...others, recompute: 'auto' }, recomputed: true };
    expect(older.threads).toBeGreaterThan(0);
    await writeFile(path, JSON.stringify(older));
    const going = runTraining({ out, resume: true, settings: {}, ...stoppingAfter(2) });
    await expect(going).rejects.toThrow(InterruptedError);
    const resumed = JSON.parse(await readFile(path, 'utf8'));
    expect(resumed).toMatchObject({ memory: 'balanced', settings: { memory: 'auto' } });
    expect(resumed).not.toHaveProperty('recomputed');
    expect(resumed.settings).not.toHaveProperty('recompute');

    // Who asks for something else is told what that means.
    await writeFile(path, JSON.stringify({ ...resumed, threads: 99 }));
    const notices: string[] = [];
    const controller = new AbortController();
    const other = runTraining({
      out,
      resume: true,
      settings: { memory: 'fast' },
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'notice') notices.push(event.message);
        if (event.type === 'progress') controller.abort();
      },
    });
    await expect(other).rejects.toThrow(InterruptedError);
    const found = notices.filter((text) => text.includes('the run was begun with'));
    expect(found).toEqual([
      'the run was begun with memory: "balanced", and goes on with memory: "fast": the motion differs in its last digits from an unbroken run\'s. Omit "memory" for the same bytes.',
      expect.stringMatching(
        /^the run was begun with 99 threads, and goes on with \d+ threads?: the motion differs .*\. Set LAMP_THREADS=99 for the same bytes\.$/,
      ),
    ]);
  });

  test.each([
    ['adamw-8bit', {}],
    ['lion', {}],
    ['adamw-8bit', { memory: 'low', rank: 3 }],
    ['lion', { memory: 'balanced', averageDecay: 0, accumulation: 1 }],
  ] as const)('and resumed with %s and %j gives the same bytes', async (optimizer, more) => {
    const given: TrainingInput = { ...settings, ...more, optimizer };
    const [out, broken] = ['unbroken', 'broken'].map((name) =>
      at(`${name} ${optimizer} ${JSON.stringify(more)}`),
    );
    await runTraining({ out: out!, settings: given });
    const stopping = runTraining({ out: broken!, settings: given, ...stoppingAfter(3) });
    await expect(stopping).rejects.toThrow(InterruptedError);
    const other = runTraining({ out: broken!, resume: true, settings: { optimizer: 'adamw' } });
    await expect(other).rejects.toThrow(/^"optimizer" is "adamw", but the run was begun with/);
    await runTraining({ out: broken!, resume: true, settings: {} });
    await expectSameBytes(out!, broken!, 6);
    expect(await metricsOf(broken!)).toEqual(await metricsOf(out!));
    const run = JSON.parse(await readFile(join(out!, 'run.json'), 'utf8'));
    expect(run.settings).toMatchObject({ optimizer, beta2: optimizer === 'lion' ? 0.99 : 0.999 });
    const { settings: stored } = await readMotionInfo(join(out!, 'motion.safetensors'));
    expect(stored).toMatchObject({ optimizer });
    // The first step is computed from the same gradients as with AdamW. Later ones are not, except that the tensors of
    // this model are too small for moments of 8 bits.
    const [usual, found] = (await Promise.all([whole, out!].map(metricsOf))).map((lines) =>
      lines.map(({ loss }) => loss),
    );
    if (Object.keys(more).length === 0) expect(found![0]).toBe(usual![0]);
    if (optimizer === 'lion') expect(found![5]).not.toBe(usual![5]);
    else if (Object.keys(more).length === 0) expect(found).toEqual(usual);
  });

  test('and resumed with moments of 8 bits gives the same bytes', async () => {
    // The tiny model's tensors are too small for them.
    const given: Partial<TrainingInput> = {
      ...settings,
      base: builtInBase(),
      optimizer: 'adamw-8bit',
      frames: 2,
      width: 32,
      height: 32,
      accumulation: 1,
      steps: 2,
    };
    await runTraining({ out: at('8 bits'), settings: given, useRecommended: false });
    await runTraining({ out: at('8 bits stopped'), settings: { ...given, steps: 1 }, useRecommended: false });
    await runTraining({ out: at('8 bits stopped'), resume: true, settings: { steps: 2 } });
    await expectSameBytes(at('8 bits'), at('8 bits stopped'), 2);
    const { tensors } = await openSafetensors(at('8 bits/checkpoints/step-000002.safetensors'));
    const codes = [...tensors].filter(([, { dtype }]) => dtype === 'uint8');
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.every(([name]) => tensors.has(name.replace(':', '-scales:')))).toBe(true);
  });
});
