import { beforeAll, describe, expect, test } from 'vitest';
import { type NoiseSchedule, readNoiseSchedule } from '../diffusion/noise-schedule.ts';
import { randomStream } from '../diffusion/random.ts';
import { floats, type Shape, sizeOf } from '../graph/host-tensor.ts';
import { constant } from '../graph/tensor.ts';
import { type BaseModel, openBaseModel } from '../models/base-model.ts';
import { extraValues } from '../motion/extended/extension.ts';
import { motionParameters } from '../motion/motion-parameters.ts';
import { type MotionVariant, motionVariants } from '../motion/variant.ts';
import type { MemoryMode } from '../runtime/memory-mode.ts';
import { randomMotion } from '../testing/test-motions.ts';
import { testdata } from '../testing/testdata.ts';
import { noisedVideos } from './data/noising.ts';
import { type MotionStep, motionStep } from './motion-step.ts';
import { momentBytes, type OptimizerName } from './optimiser.ts';
import { ParameterSet } from './parameter-set.ts';
import { trainingCost } from './training-cost.ts';

const shape: Shape = [1, 4, 3, 4, 4];
const tokens = 5;
const timesteps = [400];
const random = randomStream(4, 'motion step');
const normal = (of: Shape) => floats(random.normals(sizeOf(of)), of);
const [clean, noise] = [normal(shape), normal(shape)];
let base: BaseModel;
let schedule: NoiseSchedule;
beforeAll(async () => {
  base = await openBaseModel(testdata('mini/tiny-sd'));
  schedule = await readNoiseSchedule(base.schedulerConfig);
});

/** A step on parameters with small random values, and a function that computes the loss of one fixed batch. */
async function stepOf(variant: MotionVariant, rank = 0, memory: MemoryMode = 'fast') {
  const parameters = new ParameterSet(motionParameters(base.unet.weights.shapes, variant, rank));
  for (const [name, { data }] of randomMotion(base, 2, variant, rank)) {
    parameters.views.get(name)!.data.set(data);
  }
  const step: MotionStep = await motionStep(base.unet, parameters, shape, tokens, { variant, memory });
  const context = floats(randomStream(4, 'text').normals(tokens * base.unet.config.cross_attention_dim), [
    1,
    tokens,
    base.unet.config.cross_attention_dim,
  ]);
  const extra = extraValues(variant, schedule, timesteps);
  const batch = { ...noisedVideos(schedule, clean, noise, timesteps, variant), timesteps, context, extra };
  return { parameters, step, batch, loss: () => step.run(batch) };
}

/** LAMP with every part in another way. */
const otherParts: MotionVariant = {
  firstFrame: false,
  temporalConvolution: 'plain',
  temporalAttention: true,
  spatialAttention: 'first-and-previous',
  movement: false,
  carry: false,
  copy: false,
  trainAttention: true,
  trainQueries: true,
  temporalPositions: true,
  cleanFirstTime: false,
  pooledNorm: false,
};

test.each([
  ['other parts', otherParts, 0],
  ['fewer parts', motionVariants['attention-only'], 0],
  ['a learned movement', { ...motionVariants.lamp, movement: true }, 0],
  ['a carried first frame', { ...motionVariants.lamp, carry: true }, 0],
  ['a copied first frame', { ...motionVariants.lamp, copy: true }, 0],
  ['a clean first timestep', { ...motionVariants.lamp, cleanFirstTime: true }, 0],
  ['factors', motionVariants.lamp, 3],
  ['factors in other parts', otherParts, 2],
] as const)('the gradient with %s is that of finite differences', async (_, variant, rank) => {
  const { parameters, step, loss } = await stepOf(variant, rank);
  const { flat } = parameters;
  await loss();
  const gradient = step.gradients.flat.slice();
  const start = flat.slice();
  // Along the gradient the loss changes most: there f32 suffices.
  const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value ** 2, 0));
  const at = async (distance: number) => {
    for (let i = 0; i < flat.length; i++) flat[i] = start[i]! + (distance * gradient[i]!) / norm;
    return loss();
  };
  const h = 0.02;
  const slope = (8 * ((await at(h)) - (await at(-h))) - ((await at(2 * h)) - (await at(-2 * h)))) / (12 * h);
  await step.dispose();
  expect(norm).toBeGreaterThan(1e-3);
  expect(slope / norm).toBeCloseTo(1, 2);
});

test('computing inner values again gives the same gradients of factors of the image model’s queries', async () => {
  const variant = { ...motionVariants['zero-shot'], trainQueries: true };
  const found = [];
  for (const memory of ['fast', 'balanced'] as const) {
    const { step, loss } = await stepOf(variant, 3, memory);
    await loss();
    found.push(step.gradients.flat.slice());
    await step.dispose();
  }
  const [kept, again] = found as [Float32Array, Float32Array];
  const most = kept.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  expect(kept.every((value, i) => Math.abs(value - again[i]!) < 1e-4 * most)).toBe(true);
});

describe('a chain of programs', () => {
  test.each([
    ['LAMP', motionVariants.lamp, 0],
    ['other parts', otherParts, 0],
    ['fewer parts', motionVariants['attention-only'], 0],
    ['a learned movement', { ...motionVariants.lamp, movement: true }, 0],
    ['a carried first frame', { ...motionVariants.lamp, carry: true }, 0],
    ['a copied first frame', { ...motionVariants.lamp, copy: true }, 0],
    ['a clean first timestep', { ...motionVariants.lamp, cleanFirstTime: true }, 0],
    ['factors', motionVariants.lamp, 3],
    ['factors in other parts', otherParts, 2],
  ] as const)(
    'gives the loss and gradients of one program with %s, the same ones every time',
    async (_, variant, rank) => {
      const results = [];
      for (const memory of ['fast', 'low', 'low'] as const) {
        const { step, loss } = await stepOf(variant, rank, memory);
        const first = await loss();
        const gradients = step.gradients.flat.slice();
        // What a step leaves behind does not change the next.
        expect(await loss()).toBe(first);
        expect(step.gradients.flat).toEqual(gradients);
        await step.dispose();
        results.push({ loss: first, gradients });
      }
      const [whole, chain, again] = results as [(typeof results)[number], ...typeof results];
      expect(again).toEqual(chain);
      expect(Math.abs(chain!.loss - whole.loss)).toBeLessThan(2e-5);
      const most = whole.gradients.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
      expect(most).toBeGreaterThan(1e-3);
      const error = whole.gradients.reduce(
        (largest, value, i) => Math.max(largest, Math.abs(value - chain!.gradients[i]!)),
        0,
      );
      expect(error).toBeLessThan(2e-5 * Math.max(1, most));
    },
  );
});

describe('the first frame', () => {
  const changedAt = (frame: number) =>
    floats(
      clean.data.map((value, i) => (Math.floor(i / 16) % 3 === frame ? value + 1 : value)),
      shape,
    );

  test('is clean and not learned where it is given, and noised and learned where it is not', async () => {
    const plane = (values: Float32Array) => values.slice(0, 16);
    for (const firstFrame of [true, false]) {
      const { step, batch, loss } = await stepOf({ ...motionVariants['attention-only'], firstFrame });
      expect(await loss()).toBeGreaterThan(0);
      expect(plane(batch.noisy.data).every((value, i) => value === clean.data[i])).toBe(firstFrame);
      const otherTarget = (frame: number) => step.run({ ...batch, target: changedAt(frame) });
      const all = await step.run({ ...batch, target: clean });
      expect((await otherTarget(0)) === all).toBe(firstFrame);
      expect(await otherTarget(1)).not.toBe(all);
      await step.dispose();
    }
  });
});

test('the cost counts what a variant trains and computes', () => {
  const cost = (variant: MotionVariant) => trainingCost(base.unet, shape, tokens, { variant });
  const whole = cost(motionVariants.lamp);
  for (const name of ['no-temporal-convolution', 'no-temporal-attention', 'frozen-queries'] as const) {
    const less = cost(motionVariants[name]);
    expect(less.parameters).toBeLessThan(whole.parameters);
    expect(less.flops).toBeLessThan(whole.flops);
  }
  const factors = trainingCost(base.unet, shape, tokens, { variant: motionVariants.lamp, rank: 2 });
  expect(factors.parameters).toBeLessThan(whole.parameters / 2);
  expect(factors.flops).toBeLessThan(whole.flops);
});

test.each(['fast', 'low'] as const)(
  'the cost with memory %s counts the moments of the optimiser',
  (memory) => {
    const variant = motionVariants.lamp;
    const shapes = motionParameters(base.unet.weights.shapes, variant);
    const cost = (optimizer?: OptimizerName) =>
      trainingCost(base.unet, shape, tokens, { variant, memory, optimizer });
    const usual = cost();
    expect(cost('adamw')).toEqual(usual);
    for (const name of ['adamw-8bit', 'lion'] as const) {
      const less = momentBytes('adamw', shapes) - momentBytes(name, shapes);
      // Tensors of this model are too small for 8 bits.
      expect(less).toBe(name === 'lion' ? 4 * usual.parameters : 0);
      expect(cost(name)).toEqual({ ...usual, bytes: usual.bytes - less });
    }
  },
);

test('a base model with a weight that is no number is named', async () => {
  const { config, weights } = base.unet;
  const read = await weights.file.read('conv_in.bias');
  const spoilt = floats(Float32Array.from(read.data as Float32Array).fill(Number.NaN, 0, 1), read.shape);
  const file = { ...weights.file, read: async (name: string) => (name === 'conv_in.bias' ? spoilt : read) };
  const find = (name: string) => (name === 'conv_in.bias' ? constant(spoilt) : weights.find(name));
  const parameters = new ParameterSet(motionParameters(weights.shapes, motionVariants.lamp));
  const step = await motionStep({ config, weights: { ...weights, find, file } }, parameters, shape, tokens, {
    variant: motionVariants.lamp,
  });
  const context = normal([1, tokens, config.cross_attention_dim]);
  const batch = {
    ...noisedVideos(schedule, clean, noise, timesteps, motionVariants.lamp),
    timesteps,
    context,
  };
  await expect(step.run(batch)).rejects.toThrow(/the U-Net gave NaN.* hold NaN in tensor "conv_in.bias"/);
  await step.dispose();
});
