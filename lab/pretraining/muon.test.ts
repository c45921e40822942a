import { SingularValueDecomposition } from 'ml-matrix';
import { expect, test } from 'vitest';
import { randomStream } from '../../src/diffusion/random.ts';
import { adamWDefaults, adamWState, adamWStep } from '../../src/training/adamw.ts';
import { ParameterSet } from '../../src/training/parameter-set.ts';
import { muon } from './muon.ts';

const shapes = [
  { name: 'unet:wide.weight', shape: [6, 4, 3, 3] },
  { name: 'unet:tall.weight', shape: [12, 5] },
  { name: 'unet:another.weight', shape: [12, 5] },
  { name: 'unet:tall.bias', shape: [12] },
  { name: 'unet:conv_in.weight', shape: [6, 4, 3, 3] },
  { name: 'text_encoder:text_model.embeddings.token_embedding.weight', shape: [9, 5] },
];

function randomSet(name: string): ParameterSet {
  const set = new ParameterSet(shapes);
  set.flat.set(randomStream(1, 'muon', name).normals(set.flat.length));
  return set;
}

function matrixOf(values: ArrayLike<number>, columns: number): number[][] {
  const all = Array.from(values);
  return Array.from({ length: all.length / columns }, (_, row) =>
    all.slice(row * columns, (row + 1) * columns),
  );
}

test('updates of matrices have singular values of about 1, and the directions of the momentum', async () => {
  const parameters = randomSet('parameters');
  const before = parameters.flat.slice();
  const state = adamWState(parameters);
  const settings = { ...adamWDefaults, weightDecay: 0 };
  const optimiser = await muon(parameters, state, settings);
  const gradients = [randomSet('first'), randomSet('second')];
  await optimiser.step(gradients[0]!, 0, 1);
  expect(parameters.flat).toEqual(before);
  await optimiser.step(gradients[1]!, 0.01, 0.5);
  await optimiser.dispose();
  let offset = 0;
  for (const { name, shape } of shapes) {
    const values = parameters.views.get(name)!.data;
    const start = offset;
    offset += values.length;
    if (!/wide|tall.weight|another/.test(name)) continue;
    const [rows, columns] = [shape[0]!, values.length / shape[0]!];
    const rate = 0.01 * 0.2 * Math.sqrt(Math.max(rows, columns));
    const update = Array.from(values, (value, i) => (before[start + i]! - Number(value)) / rate);
    const found = new SingularValueDecomposition(matrixOf(update, columns), { autoTranspose: true });
    for (const value of found.diagonal) {
      expect(value).toBeGreaterThan(0.65);
      expect(value).toBeLessThan(1.25);
    }
    const [g, h] = gradients.map((set) => set.views.get(name)!.data as Float32Array) as [
      Float32Array,
      Float32Array,
    ];
    const momentum = Array.from(
      g,
      (value, i) => 0.95 * (0.95 * 0.05 * value + 0.05 * 0.5 * h[i]!) + 0.05 * 0.5 * h[i]!,
    );
    const wanted = new SingularValueDecomposition(matrixOf(momentum, columns), { autoTranspose: true });
    // U·Vᵀ of the momentum: every singular value 1.
    const exact = wanted.leftSingularVectors.mmul(wanted.rightSingularVectors.transpose()).to1DArray();
    const product = exact.reduce((sum, value, i) => sum + value * update[i]!, 0);
    const norm = (all: readonly number[]) => Math.hypot(...all);
    expect(product / (norm(exact) * norm(update))).toBeGreaterThan(0.97);
  }
});

test('everything else is updated as by AdamW; weight decay is for all', async () => {
  const [parameters, same] = [randomSet('parameters'), randomSet('parameters')];
  const [state, other] = [adamWState(parameters), adamWState(same)];
  const optimiser = await muon(parameters, state, adamWDefaults);
  for (const name of ['first', 'second', 'third']) {
    await optimiser.step(randomSet(name), 0.01, 0.7);
    adamWStep(same, randomSet(name), other, 0.01, adamWDefaults, 0.7);
  }
  await optimiser.dispose();
  expect(state.step).toBe(3);
  for (const { name } of shapes) {
    const [found, wanted] = [parameters.views.get(name)!.data, same.views.get(name)!.data];
    if (/bias|conv_in|embedding/.test(name)) expect(found).toEqual(wanted);
    else expect(found).not.toEqual(wanted);
  }
  const still = adamWState(parameters);
  const decaying = await muon(parameters, still, { ...adamWDefaults, weightDecay: 0.5 });
  const before = parameters.flat.slice();
  await decaying.step(parameters.zeros(), 0.1, 1);
  await decaying.dispose();
  for (const [i, value] of before.entries()) expect(parameters.flat[i]).toBeCloseTo(0.95 * value, 6);
});
