import { open, readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openSafetensors, writeSafetensors } from '../checkpoints/safetensors.ts';
import { randomStream } from '../diffusion/random.ts';
import { CheckpointError } from '../errors.ts';
import { floats, sizeOf } from '../graph/host-tensor.ts';
import { type BaseModel, openBaseModel } from '../models/base-model.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import type { AdamWState } from './adamw.ts';
import { loadCheckpoint, loadState, saveCheckpoint, saveState } from './checkpoint.ts';
import { momentBytes, optimiserStep } from './optimiser.ts';
import { ParameterSet } from './parameter-set.ts';
import { emptyState, initialState, motionValues } from './state.ts';
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
  const { first, second } = state.optimiser as AdamWState;
  for (const set of [first, second]) set.flat.fill(step / 3);
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

/** A small tensor, and one whose moments are of 8 bits. */
const shapes = [
  { name: 'small', shape: [3, 5] },
  { name: 'large', shape: [70, 70] },
];

describe.each(['adamw-8bit', 'lion'] as const)('a state of %s', (optimizer) => {
  const kind = { shapes, averageDecay: 0.9, optimizer, identity: optimizer };

  /** A state after two steps. */
  function trained() {
    const { normals } = randomStream(1, 'state');
    const state = emptyState(new ParameterSet(shapes), kind);
    for (const set of [state.parameters, state.average!]) set.flat.set(normals(set.flat.length));
    const gradients = state.parameters.zeros();
    for (const rate of [0.1, 0.2]) {
      gradients.flat.set(normals(gradients.flat.length));
      optimiserStep(state.parameters, gradients, state.optimiser, rate, settings, 1);
    }
    return state;
  }

  test('comes back as it was, in its own compact form', async () => {
    const state = trained();
    const path = await saveState(at(optimizer), state, optimizer);
    expect(await loadState(at(optimizer), kind)).toEqual(state);
    const { tensors } = await openSafetensors(path);
    const moments = [...tensors].filter(([name]) => /^(first|second)/.test(name));
    const bytes = moments.reduce((sum, [, { byteLength }]) => sum + byteLength, 0);
    expect(bytes).toBe(momentBytes(optimizer, shapes));
    const kinds = Object.fromEntries(moments.map(([name, { dtype, shape }]) => [name, `${dtype} ${shape}`]));
    expect(kinds).toEqual(
      optimizer === 'lion'
        ? { 'first:small': 'float32 3,5', 'first:large': 'float32 70,70' }
        : {
            'first:small': 'float32 3,5',
            'second:small': 'float32 3,5',
            'first:large': 'uint8 70,70',
            'second:large': 'uint8 70,70',
            'first-scales:large': 'float32 20',
            'second-scales:large': 'float32 20',
          },
    );
  });

  test('is refused where a moment is missing or of another kind', async () => {
    const folder = at(`other ${optimizer}`);
    const path = await saveState(folder, trained(), optimizer);
    const file = await openSafetensors(path);
    // Read from a file, bytes become 64-bit integers.
    const tensors = await file.readAll();
    const wrong = optimizer === 'lion' ? floats(new Float32Array(4900)) : tensors.get('first:large')!;
    await writeSafetensors(path, new Map([...tensors, ['first:large', wrong]]), file.metadata);
    await expect(loadState(folder, kind)).rejects.toThrow(
      optimizer === 'lion'
        ? 'tensor "first:large" is float32 [4900]; expected float32 [70,70]. '
        : 'tensor "first:large" is int64 [70,70]; expected uint8 [70,70]. ',
    );
    tensors.delete('first:large');
    await writeSafetensors(path, tensors, file.metadata);
    await expect(loadState(folder, kind)).rejects.toThrow('tensor "first:large" is missing; expected ');
  });
});

test('a damaged checkpoint gives a notice and the one before it is used; two damaged ones are an error', async () => {
  const folder = at('damaged');
  for (const step of [1, 2]) await saveCheckpoint(folder, await stateAt(step), settings);
  await truncate(join(folder, 'step-000002.safetensors'), 100_000);
  const notices: unknown[] = [];
  const state = await loadCheckpoint(folder, base.unet, settings, {
    onEvent: (event) => void notices.push(event),
  });
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
