import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { LampError } from '../../errors.ts';
import type { ProgressEvent } from '../../events.ts';
import { inspectRun } from '../../library/inspect-trained.ts';
import { expectSameBytes, metricsOf, shortTraining, stoppingAfter } from '../../testing/short-training.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { runTraining } from './run-training.ts';

const at = await testFolder();
const [trained, other] = shortTraining.clips as [string, string];
const settings = { ...shortTraining, steps: 5, heldOut: [other], heldOutEvery: 2 };
const measured = async (run: string) =>
  (await metricsOf(run)).flatMap(({ step, heldOutLoss }) => (heldOutLoss === undefined ? [] : [step]));

describe('a run with a held-out clip', () => {
  const whole = at('whole');
  const events: ProgressEvent[] = [];
  beforeAll(async () => {
    await runTraining({ out: whole, settings, onEvent: (event) => void events.push(event) });
  });

  test('does not train on it, and learns what a run without it learns', async () => {
    const run = JSON.parse(await readFile(join(whole, 'run.json'), 'utf8'));
    expect(run.clips.map(({ path }: { path: string }) => path)).toEqual([trained]);
    expect(run.heldOut.map(({ path }: { path: string }) => path)).toEqual([other]);
    const { heldOut: _, heldOutEvery: __, ...alone } = settings;
    await runTraining({ out: at('alone'), settings: { ...alone, clips: [trained] } });
    await expectSameBytes(whole, at('alone'), 5);
    expect(await measured(at('alone'))).toEqual([]);
  });

  test('measures the loss on it at intervals and after the last step, and says so', async () => {
    expect(await measured(whole)).toEqual([2, 4, 5]);
    const losses = events.flatMap((event) =>
      event.type === 'step' && event.heldOutLoss !== undefined
        ? [{ step: event.step, loss: event.heldOutLoss }]
        : [],
    );
    expect(losses.every(({ loss }) => Number.isFinite(loss) && loss > 0)).toBe(true);
    expect((await inspectRun(whole)).heldOutLosses).toEqual(losses);
    expect(events).toContainEqual(
      expect.objectContaining({
        message: '1 clip is trained on, 1 held out: the loss on it is measured.',
      }),
    );
  });

  test('gives the same bytes and losses when it is stopped and resumed', async () => {
    const out = at('stopped');
    await expect(runTraining({ out, settings, ...stoppingAfter(3) })).rejects.toThrow('stopped');
    await runTraining({ out, resume: true, settings: {} });
    await expectSameBytes(whole, out, 5);
    expect(await metricsOf(out)).toEqual(await metricsOf(whole));
  });

  test('measures the motion that it writes, in batches of any size', async () => {
    const last = (await metricsOf(whole)).at(-1)!.heldOutLoss!;
    for (const batch of [1, 3]) {
      // The last batch of three is filled up.
      const out = at(`batch of ${batch}`);
      const still = { ...settings, batch, accumulation: 1, steps: 1, learningRate: 1e-12, averageDecay: 0 };
      await runTraining({ out, startFrom: whole, settings: still });
      expect((await metricsOf(out))[0]!.heldOutLoss).toBeCloseTo(last, 5);
    }
  });
});

test('holding out all clips, or one that is missing, is refused by name', async () => {
  const refused = (heldOut: string[]) =>
    runTraining({ out: at('refused'), settings: { ...settings, heldOut } }).catch(
      (error: unknown) => error as LampError,
    ) as Promise<LampError>;
  const all = await refused(shortTraining.clips);
  expect([all.message, all.setting]).toEqual([
    'all clips are held out ("heldOut"): none is left to train on. Hold out fewer.',
    'heldOut',
  ]);
  const missing = await refused([at('none.mp4')]);
  expect(missing.setting).toBe('heldOut');
  expect(missing.message).toMatch(/none\.mp4" does not exist/);
});
