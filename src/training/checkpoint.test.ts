import { open, readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { openSafetensors, writeSafetensors } from '../checkpoints/safetensors.ts';
import { CheckpointError } from '../errors.ts';
import { sizeOf } from '../graph/host-tensor.ts';
import { type BaseModel, openBaseModel } from '../models/base-model.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { initialState, motionValues } from './state.ts';
import { parseSettings } from './training-settings.ts';

const at = await testFolder();
const settings = parseSettings({ base: 'b', clips: ['c'], prompt: 'p', averageDecay: 0.9 });
let base: BaseModel;
beforeAll(async () => {
  base = await openBaseModel(testdata('mini/tiny-sd'));
});

async function stateAt(step: number) {
  const state = await initialState(base.unet, settings);
  state.optimiser.step = step;
  for (const set of [state.optimiser.first, state.optimiser.second]) set.flat.fill(step / 3);
  return state;
}

test('the initial state is drawn from the seed and draws as the base model does', async () => {
  const state = await initialState(base.unet, settings);
  expect((await initialState(base.unet, settings)).parameters.flat).toEqual(state.parameters.flat);
  expect((await initialState(base.unet, { ...settings, seed: 1 })).parameters.flat).not.toEqual(
    state.parameters.flat,
  );
  const bias = [...state.parameters.views].find(([name]) => name.endsWith('attn_temp.to_out.0.bias'))!;
  expect(bias[1].data.every((value) => value === 0)).toBe(true);
  const reference = await initialState(base.unet, { ...settings, temporalBias: 'uniform' });
  expect(reference.parameters.views.get(bias[0])!.data.some((value) => value !== 0)).toBe(true);
  expect(motionValues(state)).toBe(state.average!.views);
});

test('a state comes back as it was, and only the last two are kept', async () => {
  const folder = at('kept');
  for (const step of [1, 2, 3]) await saveCheckpoint(folder, await stateAt(step), settings);
  expect(await readdir(folder)).toEqual(['step-000002.safetensors', 'step-000003.safetensors']);
  expect(await loadCheckpoint(folder, base.unet, settings)).toEqual(await stateAt(3));
  expect(await loadCheckpoint(at('none'), base.unet, settings)).toBeUndefined();
});

test('a damaged checkpoint is told about and the one before it taken; two damaged ones are an error', async () => {
  const folder = at('damaged');
  for (const step of [1, 2]) await saveCheckpoint(folder, await stateAt(step), settings);
  await truncate(join(folder, 'step-000002.safetensors'), 100_000);
  const notices: unknown[] = [];
  const state = await loadCheckpoint(folder, base.unet, settings, (event) => notices.push(event));
  expect(state!.optimiser.step).toBe(1);
  expect(notices).toMatchObject([{ type: 'notice', message: expect.stringContaining('Going on from') }]);
  await writeFile(join(folder, 'step-000001.safetensors'), '');
  await expect(loadCheckpoint(folder, base.unet, settings)).rejects.toThrow(CheckpointError);
});

test('a checkpoint of other settings or of no training is refused', async () => {
  const folder = at('other');
  await saveCheckpoint(folder, await stateAt(1), settings);
  const others = { ...settings, learningRate: 1 };
  await expect(loadCheckpoint(folder, base.unet, others)).rejects.toThrow('made with other settings');
  expect(await loadCheckpoint(folder, base.unet, { ...settings, steps: 9, saveEvery: 1 })).toBeDefined();
});

test('a full disk leaves the earlier checkpoints as they were', async () => {
  const folder = at('full');
  await saveCheckpoint(folder, await stateAt(1), settings);
  const probe = await open(at('probe'), 'w');
  const prototype = Object.getPrototypeOf(probe) as { write: unknown };
  const { write } = prototype;
  await probe.close();
  prototype.write = () =>
    Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' }));
  try {
    await expect(saveCheckpoint(folder, await stateAt(2), settings)).rejects.toThrow('the disk is full');
  } finally {
    prototype.write = write;
  }
  expect(await readdir(folder)).toEqual(['step-000001.safetensors']);
  expect(await loadCheckpoint(folder, base.unet, settings)).toEqual(await stateAt(1));
  expect((await stat(folder)).isDirectory()).toBe(true);
});

test('a checkpoint of no step, or with whole numbers for parameters, is refused', async () => {
  const folder = at('odd');
  const path = await saveCheckpoint(folder, await stateAt(1), settings);
  const file = await openSafetensors(path);
  const tensors = await file.readAll();
  for (const step of ['', 'NaN', '-1', '1e400', '1.5']) {
    await writeSafetensors(path, tensors, { ...file.metadata, step });
    await expect(loadCheckpoint(folder, base.unet, settings)).rejects.toThrow(
      /does not say after which step/,
    );
  }
  const [name, { shape }] = [...tensors].find(([key]) => key.startsWith('parameter:'))!;
  const whole = { dtype: 'int64' as const, shape, data: new BigInt64Array(sizeOf(shape)) };
  await writeSafetensors(path, new Map([...tensors, [name, whole]]), file.metadata);
  await expect(loadCheckpoint(folder, base.unet, settings)).rejects.toThrow(
    /belongs to another base model: .* is int64 .*; expected float32/,
  );
});
