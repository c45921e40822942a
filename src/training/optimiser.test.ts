import { expect, test } from 'vitest';
import { randomStream } from '../diffusion/random.ts';
import { sizeOf } from '../graph/host-tensor.ts';
import { type AdamWState, adamWDefaults } from './adamw.ts';
import { type AdamW8BitState, quantisedFrom } from './adamw-8bit.ts';
import { blockSize, type QuantisationMap, signedMap, unsignedMap } from './dynamic-quantisation.ts';
import type { LionState } from './lion.ts';
import {
  momentBytes,
  momentTensors,
  type OptimizerName,
  type OptimizerSettings,
  optimiserState,
  optimiserStep,
  optimizerNames,
} from './optimiser.ts';
import { ParameterSet, type ParameterShape } from './parameter-set.ts';

/** A small tensor, one of several blocks whose last is short, and a small one again. */
const shapes: ParameterShape[] = [
  { name: 'small', shape: [7] },
  { name: 'large', shape: [3, quantisedFrom / 2 + 1] },
  { name: 'bias', shape: [quantisedFrom - 1] },
];
const settings: OptimizerSettings = { beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.3 };
const scale = 0.7;
/** Learning rates of the steps. */
const rates = [0.01, 0.02, 0.005, 0.01, 0.01, 0.003];

const fround = Math.fround;

/** Parameters with normal values, and the gradients of each step. */
function problem() {
  const { normals } = randomStream(3, 'optimiser');
  const parameters = new ParameterSet(shapes);
  parameters.flat.set(normals(parameters.flat.length));
  const gradients = rates.map(() => {
    const set = parameters.zeros();
    // Gradients that differ in size between parameters and steps.
    set.flat.set(normals(set.flat.length).map((value, i) => value * 10 ** (-(i % 5) / 2)));
    return set;
  });
  return { parameters, gradients };
}

/** Takes the steps; returns the parameters after each, and the state. */
function run(name: OptimizerName, given: OptimizerSettings = settings) {
  const { parameters, gradients } = problem();
  const start = parameters.flat.slice();
  const state = optimiserState(name, parameters);
  const after = rates.map((rate, i) => {
    optimiserStep(parameters, gradients[i]!, state, rate, given, scale);
    return parameters.flat.slice();
  });
  return { start, gradients: gradients.map(({ flat }) => flat), after, state };
}

test('AdamW follows its formula, with bias correction and decoupled weight decay', () => {
  const { start, gradients, after, state } = run('adamw');
  const { beta1, beta2, epsilon, weightDecay } = settings;
  const { first, second } = state as AdamWState;
  for (const at of [0, 3, 100, start.length - 1]) {
    let [p, m, v] = [start[at]!, 0, 0];
    for (const [i, rate] of rates.entries()) {
      const g = scale * gradients[i]![at]!;
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g ** 2;
      const [meanOf, squareOf] = [m / (1 - beta1 ** (i + 1)), v / (1 - beta2 ** (i + 1))];
      p = p - rate * weightDecay * p - (rate * meanOf) / (Math.sqrt(squareOf) + epsilon);
      expect(after[i]![at]).toBeCloseTo(p, 5);
    }
    expect(first.flat[at]).toBeCloseTo(m, 6);
    expect(second.flat[at]).toBeCloseTo(v, 6);
  }
  expect(state.step).toBe(rates.length);
});

test('Lion follows its formula, with decoupled weight decay', () => {
  const { start, gradients, after, state } = run('lion');
  const { beta1, beta2, weightDecay } = settings;
  const { first } = state as LionState;
  for (const at of start.keys()) {
    let [p, m] = [start[at]!, 0];
    for (const [i, rate] of rates.entries()) {
      const g = scale * gradients[i]![at]!;
      p = fround(p - rate * (Math.sign(beta1 * m + (1 - beta1) * g) + weightDecay * p));
      m = fround(beta2 * m + (1 - beta2) * g);
      if (Math.abs(after[i]![at]! - p) > 1e-6) expect(after[i]![at]).toBe(p);
    }
    if (Math.abs(first.flat[at]! - m) > 1e-6) expect(first.flat[at]).toBe(m);
  }
  expect(state.step).toBe(rates.length);
});

test('Lion leaves parameters without gradient where they are, but for weight decay', () => {
  const parameters = new ParameterSet([{ name: 'p', shape: [2] }]);
  parameters.flat.set([2, -1]);
  const state = optimiserState('lion', parameters);
  optimiserStep(parameters, parameters.zeros(), state, 0.1, { ...settings, weightDecay: 0 }, 1);
  expect(parameters.flat).toEqual(Float32Array.of(2, -1));
  optimiserStep(parameters, parameters.zeros(), state, 0.1, { ...settings, weightDecay: 0.5 }, 1);
  expect(parameters.flat).toEqual(Float32Array.of(2 * 0.95, -0.95));
});

/** What a block of moments is after it was stored in 8 bits, by comparison with every value of the map. */
function stored(values: number[], { values: all }: QuantisationMap): number[] {
  const largest = fround(Math.max(...values.map((value) => Math.abs(fround(value)))));
  const allowed = (value: number) => (all[0] === 0 && value > 0 ? all.slice(1) : all);
  return values.map((value) => {
    const share = fround(value) / largest;
    const nearest = allowed(value).reduce((a, b) => (Math.abs(b - share) < Math.abs(a - share) ? b : a));
    return largest === 0 ? 0 : nearest * largest;
  });
}

test('8-bit AdamW follows AdamW’s formula with moments that are rounded block by block', () => {
  const { start, gradients, after, state } = run('adamw-8bit');
  const { beta1, beta2, epsilon, weightDecay } = settings;
  const size = sizeOf(shapes[1]!.shape);
  const last = Math.floor(size / blockSize);
  for (const block of [0, 5, last]) {
    const from = 7 + block * blockSize;
    const count = Math.min(blockSize, 7 + size - from);
    const p = [...start.slice(from, from + count)];
    let [m, v] = [p.map(() => 0), p.map(() => 0)];
    for (const [i, rate] of rates.entries()) {
      const g = p.map((_, k) => scale * gradients[i]![from + k]!);
      m = m.map((value, k) => beta1 * value + (1 - beta1) * g[k]!);
      v = v.map((value, k) => beta2 * value + (1 - beta2) * g[k]! ** 2);
      for (const k of p.keys()) {
        const [meanOf, squareOf] = [m[k]! / (1 - beta1 ** (i + 1)), v[k]! / (1 - beta2 ** (i + 1))];
        p[k] = p[k]! * (1 - rate * weightDecay) - (rate * meanOf) / (Math.sqrt(squareOf) + epsilon);
      }
      m = stored(m, signedMap);
      v = stored(v, unsignedMap);
      const error = p.map((value, k) => Math.abs(value - after[i]![from + k]!));
      expect(Math.max(...error)).toBeLessThan(2e-6);
    }
    const moment = (state as AdamW8BitState).first.get('large')!;
    const { codes, scales } = moment as Extract<typeof moment, { codes: unknown }>;
    for (const [k, value] of m.entries()) {
      const found = signedMap.values[codes[block * blockSize + k]!]! * scales[block]!;
      expect(Math.abs(found - value)).toBeLessThan(1e-6);
    }
  }
});

test('8-bit AdamW: small tensors are updated exactly as by AdamW, large ones nearly so', () => {
  const [whole, compact] = [run('adamw'), run('adamw-8bit')];
  const large = 7 + sizeOf(shapes[1]!.shape);
  const end = (values: Float32Array) => [...values.slice(0, 7), ...values.slice(large)];
  for (const i of rates.keys()) expect(end(compact.after[i]!)).toEqual(end(whole.after[i]!));
  const moved = (values: Float32Array, i: number) => values[i]! - whole.start[i]!;
  const [a, b] = [whole.after.at(-1)!, compact.after.at(-1)!];
  let [difference, movement, most] = [0, 0, 0];
  for (let i = 7; i < large; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    movement += moved(a, i) ** 2;
    most = Math.max(most, Math.abs(a[i]! - b[i]!));
  }
  expect(difference).toBeGreaterThan(0);
  // Moments are off by a few percent each, so the way of the parameters is as well.
  expect(Math.sqrt(difference / movement)).toBeLessThan(0.05);
  expect(most).toBeLessThan(rates.reduce((sum, rate) => sum + rate, 0));
});

test('each minimises a quadratic function of many curvatures', () => {
  const loss = (name: OptimizerName, beta2: number) => {
    const parameters = new ParameterSet([{ name: 'p', shape: [quantisedFrom] }]);
    parameters.flat.fill(1);
    const gradients = parameters.zeros();
    const state = optimiserState(name, parameters);
    const curvature = (i: number) => 10 ** -(i % 4);
    for (let step = 0; step < 300; step++) {
      for (const [i, value] of parameters.flat.entries()) gradients.flat[i] = curvature(i) * value;
      optimiserStep(parameters, gradients, state, 0.02 * (1 - step / 300), { ...adamWDefaults, beta2 }, 1);
    }
    return parameters.flat.reduce((sum, value, i) => sum + curvature(i) * value ** 2, 0) / quantisedFrom;
  };
  expect(loss('adamw', 0.999)).toBeLessThan(1e-4);
  expect(loss('adamw-8bit', 0.999)).toBeLessThan(1e-4);
  expect(loss('lion', 0.99)).toBeLessThan(1e-4);
});

test.each(optimizerNames)(
  '%s: its state in tensors is all of it, and takes the bytes that are estimated',
  (name) => {
    const { parameters, gradients } = problem();
    const state = optimiserState(name, parameters);
    optimiserStep(parameters, gradients[0]!, state, 0.01, settings, 1);
    const tensors = momentTensors(state);
    const bytes = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    expect(bytes).toBe(momentBytes(name, shapes));
    for (const { shape, data } of tensors.values()) expect(data.length).toBe(sizeOf(shape));
    // Copied into a new state, they give the same next step.
    const copy = optimiserState(name, parameters);
    for (const [key, { data }] of momentTensors(copy)) data.set(tensors.get(key)!.data);
    copy.step = state.step;
    const other = new ParameterSet(shapes);
    other.flat.set(parameters.flat);
    optimiserStep(parameters, gradients[1]!, state, 0.01, settings, 1);
    optimiserStep(other, gradients[1]!, copy, 0.01, settings, 1);
    expect(other.flat).toEqual(parameters.flat);
    expect(copy).toEqual(state);
  },
);

test('states take 8, 2 and 4 bytes a parameter', () => {
  const million = [{ name: 'p', shape: [1000, 1024] }];
  const each = (name: OptimizerName) => momentBytes(name, million) / 1_024_000;
  expect(each('adamw')).toBe(8);
  expect(each('adamw-8bit')).toBe(2 + 8 / blockSize);
  expect(each('lion')).toBe(4);
  expect(momentBytes('adamw-8bit', [{ name: 'p', shape: [100] }])).toBe(800);
});
