import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { LampError } from '../../errors.ts';
import type { ProgressEvent } from '../../events.ts';
import { floats } from '../../graph/host-tensor.ts';
import { openBaseModel } from '../../models/base-model.ts';
import { readMotion, readMotionInfo, writeMotion } from '../../motion/file/motion-file.ts';
import { motionFingerprint } from '../../motion/file/motion-fingerprint.ts';
import { expectSameBytes, metricsOf, shortTraining, stoppingAfter } from '../../testing/short-training.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { initialState, motionValues } from '../../training/state.ts';
import { parseSettings, type TrainingInput } from '../../training/training-settings.ts';
import { runTraining } from './run-training.ts';

const at = await testFolder();
const settings: TrainingInput = { ...shortTraining, steps: 3 };
const { frames: _, width: __, height: ___, ...withoutShape } = settings;
const source = at('first/motion.safetensors');
const refused = (options: Parameters<typeof runTraining>[0]) =>
  runTraining(options).then(
    () => undefined,
    (error: LampError) => error,
  );

beforeAll(async () => {
  await runTraining({ out: at('first'), settings: { ...settings, schedule: 'cosine' } });
});

test('the first state is the motion, with nothing learned by the optimiser', async () => {
  const { values } = await readMotion(source);
  const base = await openBaseModel(settings.base!);
  const state = await initialState(base.unet, parseSettings(settings), values);
  for (const set of [state.parameters.views, motionValues(state)]) {
    expect(motionFingerprint(set)).toBe(motionFingerprint(values));
  }
  expect(state.optimiser.step).toBe(0);
});

describe('a run that starts from the motion of another', () => {
  const whole = at('second');
  const events: ProgressEvent[] = [];
  beforeAll(async () => {
    const onEvent = (event: ProgressEvent) => void events.push(event);
    await runTraining({ out: whole, startFrom: at('first'), settings: withoutShape, onEvent });
  });

  test('has its shape, says where it is from, and begins with a lower loss than the image model', async () => {
    const run = JSON.parse(await readFile(join(whole, 'run.json'), 'utf8'));
    const sha256 = motionFingerprint((await readMotion(source)).values);
    expect(run.startedFrom).toEqual({ path: source, sha256, steps: 3 });
    expect(run.settings).toMatchObject({ frames: 4, width: 32, height: 32, schedule: 'constant' });
    const info = await readMotionInfo(join(whole, 'motion.safetensors'));
    expect(info).toMatchObject({ steps: 3, settings: { startedFrom: sha256 } });
    const [first, second] = await Promise.all([at('first'), whole].map(metricsOf));
    // The same clips, noise and timesteps.
    expect(second![0]!.loss).toBeLessThan(first![0]!.loss);
    const notices = events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
    expect(notices.filter((text) => text.includes('far fewer'))).toEqual([]);
  });

  test('gives the same bytes when it is stopped and resumed, whatever became of that motion', async () => {
    const out = at('stopped');
    await cp(at('first'), at('gone'), { recursive: true });
    const stopping = runTraining({
      out,
      startFrom: at('gone'),
      settings: withoutShape,
      ...stoppingAfter(2),
    });
    await expect(stopping).rejects.toThrow('stopped after step 2');
    await rm(at('gone'), { recursive: true });
    await runTraining({ out, resume: true, settings: {} });
    await expectSameBytes(whole, out, 3);
    expect(await metricsOf(out)).toEqual(await metricsOf(whole));
  });

  test('gives the same bytes when it was killed before its first checkpoint, if the motion is still the same', async () => {
    const out = at('killed');
    await cp(at('first'), at('moving'), { recursive: true });
    await expect(
      runTraining({ out, startFrom: at('moving'), settings: withoutShape, ...stoppingAfter(1) }),
    ).rejects.toThrow('stopped');
    for (const name of ['checkpoints', 'motion.safetensors']) await rm(join(out, name), { recursive: true });
    const { info, values } = await readMotion(source);
    const changed = new Map(
      [...values].map(([name, { shape, data }]) => [
        name,
        floats(
          data.map((value) => value + 1),
          shape,
        ),
      ]),
    );
    await writeMotion(at('moving/motion.safetensors'), { info, values: changed });
    const error = await refused({ out, resume: true, settings: {} });
    expect(error?.message).toMatch(/is not the motion that the run was started from; expected the one with/);
    expect(error?.setting).toBe('startFrom');
    await runTraining({ out, resume: true, startFrom: at('first'), settings: {} });
    await expectSameBytes(whole, out, 3);
  });

  test('can have another size and number of frames, but not another rank or variant', async () => {
    const out = at('other');
    const other = { ...withoutShape, steps: 1, frames: 3, width: 16, height: 16 };
    await runTraining({ out, startFrom: source, settings: other });
    expect(await readMotionInfo(join(out, 'motion.safetensors'))).toMatchObject({ frames: 3, width: 16 });
    for (const given of [{ rank: 2 }, { variant: 'frozen-queries' }] as const) {
      const error = await refused({
        out: at('refused'),
        startFrom: source,
        settings: { ...withoutShape, ...given },
      });
      const [name] = Object.keys(given);
      expect(error?.message).toMatch(new RegExp(`^"${name}" is .*, but that of the motion ".*" is `));
    }
  });
});

test('a checkpoint of low-rank factors keeps its rank', async () => {
  await runTraining({ out: at('factors'), settings: { ...settings, rank: 2 } });
  const out = at('more factors');
  const startFrom = at('factors/checkpoints/step-000002.safetensors');
  await runTraining({ out, startFrom, settings: { ...withoutShape, steps: 1 } });
  const run = JSON.parse(await readFile(join(out, 'run.json'), 'utf8'));
  expect([run.settings.rank, run.startedFrom.steps]).toEqual([2, 2]);
});

test('what is no motion, or a run that did not start from one, is refused by name', async () => {
  const missing = await refused({ out: at('a'), startFrom: at('none'), settings });
  expect(missing?.message).toMatch(/^there is no motion ".*none"/);
  expect(missing?.setting).toBe('startFrom');
  const given = await refused({ out: at('first'), resume: true, startFrom: source, settings: {} });
  expect(given?.message).toMatch(/^"startFrom" is given, but the run did not start from a motion/);
  const longer = await refused({ out: at('first'), resume: true, settings: { steps: 9 } });
  expect(longer?.message).toMatch(
    /cosine.* A new run can start from the motion of this one \("startFrom"\)\.$/,
  );
});
