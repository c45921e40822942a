import { expect, test } from 'vitest';
import { readNoiseSchedule } from '../diffusion/noise-schedule.ts';
import { randomStream } from '../diffusion/random.ts';
import { type FloatTensor, floats, type Shape, sizeOf } from '../graph/host-tensor.ts';
import { openBaseModel } from '../models/base-model.ts';
import { int8Weights } from '../models/int8-weights.ts';
import { tinyBase } from '../testing/library-models.ts';
import { largestDifference } from '../testing/predict-video.ts';
import { testFolder } from '../testing/test-folder.ts';
import { randomMotion } from '../testing/test-motions.ts';
import { samplingCost, videoPredictor } from './predictor.ts';
import { reusingPredictor, type StepPredictor } from './reused-features.ts';
import { type MotionVariant, motionVariants } from './variant.ts';

const at = await testFolder();
const base = await openBaseModel(tinyBase);
const schedule = await readNoiseSchedule(base.schedulerConfig);
const [shape, tokens] = [[1, 4, 3, 4, 6], 5] as const;
const random = randomStream(7, 'reused features');
const normal = (of: Shape) => floats(random.normals(sizeOf(of)), of);
/** The latents of three steps, and the text. */
const steps = [normal(shape), normal(shape), normal(shape)] as const;
const context = normal([1, tokens, base.unet.config.cross_attention_dim]);
const motionOf = (variant: MotionVariant) => ({ variant, values: randomMotion(base, 3, variant) });

/** A batch of the same twice, and of its second element alone. */
const twice = ({ data, shape: [, ...one] }: FloatTensor) =>
  floats(Float32Array.of(...data, ...data), [2, ...one]);

const predict = async (by: Pick<StepPredictor, 'predict'>, latents: FloatTensor, timestep = 300) =>
  (await by.predict(latents, [timestep], context)).data;

test.each([
  ['lamp', 'fast', 'f32'],
  ['lamp', 'low', 'f32'],
  ['lamp-extended', 'fast', 'f32'],
  ['lamp-extended', 'low', 'f32'],
  ['lamp', 'fast', 'int8'],
  ['lamp', 'low', 'int8'],
] as const)(
  'the last block with the features of the same step predicts the same (%s, %s, %s), with others something else',
  async (name, memory, precision) => {
    const motion = motionOf(motionVariants[name]);
    const weights =
      precision === 'int8' ? await int8Weights(base.unet.weights, at('integers')) : base.unet.weights;
    const unet = { ...base.unet, weights };
    const whole = await videoPredictor(unet, () => motion, shape, tokens, { schedule, memory });
    const expected: Float32Array[] = [];
    for (const latents of steps) expected.push(await predict(whole, latents));
    const reusing = await reusingPredictor(unet, () => motion, shape, tokens, { schedule, memory });
    const by = reusing.every(2);
    expect(largestDifference(await predict(by, steps[0]), expected[0]!)).toBeLessThan(2e-5);
    expect(largestDifference(await predict(by, steps[0]), expected[0]!)).toBeLessThan(2e-5);
    expect(largestDifference(await predict(by, steps[1]), expected[1]!)).toBeLessThan(2e-5);
    const reused = await predict(by, steps[2]);
    expect(largestDifference(reused, expected[2]!)).toBeGreaterThan(1e-3);
    expect(largestDifference(reused, expected[1]!)).toBeGreaterThan(1e-3);
    expect(by.fullSteps()).toBe(2);
    await reusing.dispose();
    await whole.dispose();
  },
  60_000,
);

test('the whole network runs at the first step of each sampling and every n-th, and where a batch has no features', async () => {
  const motion = motionOf(motionVariants.lamp);
  const reusing = await reusingPredictor(base.unet, () => motion, shape, tokens);
  const full = async (interval: number, batches: readonly number[]) => {
    const by = reusing.every(interval);
    const counts: number[] = [];
    for (const batch of batches) {
      const [latents, texts] = batch === 1 ? [steps[0], context] : [twice(steps[0]), twice(context)];
      await by.predict(latents, Array<number>(batch).fill(300), texts);
      counts.push(by.fullSteps());
    }
    return counts;
  };
  expect(await full(1, [1, 1, 1])).toEqual([1, 2, 3]);
  expect(await full(3, [1, 1, 1, 1, 1])).toEqual([1, 1, 1, 2, 2]);
  // Guidance begins: half of it has no features yet. It ends: the prompt's are the last.
  expect(await full(3, [1, 2, 2, 1, 1])).toEqual([1, 2, 2, 2, 3]);
  const by = reusing.every(2);
  const [a, b] = [normal(shape), normal([1, tokens, base.unet.config.cross_attention_dim])];
  const joined = (x: FloatTensor, y: FloatTensor) =>
    floats(Float32Array.of(...x.data, ...y.data), [2, ...x.shape.slice(1)]);
  await by.predict(joined(a, steps[0]), [300, 300], joined(b, context));
  const alone = await predict(by, steps[0]);
  expect(by.fullSteps()).toBe(1);
  expect(largestDifference(alone, await predict(reusing.every(1), steps[0]))).toBeLessThan(2e-5);
  await reusing.dispose();
});

test('the last block is a small part of the arithmetic, and what gives the features is all of it', () => {
  const { variant, values } = motionOf(motionVariants.lamp);
  const shapes = new Map([...values].map(([name, value]) => [name, value.shape]));
  const flops = (part: 'whole' | 'keeping' | 'rest', memory: 'fast' | 'low') =>
    samplingCost(base.unet, { variant, shapes }, shape, tokens, memory, part).flops;
  expect(flops('keeping', 'fast')).toBe(flops('whole', 'fast'));
  expect(flops('rest', 'fast')).toBeLessThan(0.5 * flops('whole', 'fast'));
  expect(flops('rest', 'low')).toBe(flops('rest', 'fast'));
});
