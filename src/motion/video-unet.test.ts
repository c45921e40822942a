import { beforeAll, describe, expect, test } from 'vitest';
import { readNoiseSchedule } from '../diffusion/noise-schedule.ts';
import { randomStream } from '../diffusion/random.ts';
import { type FloatTensor, floats, type Shape, sizeOf } from '../graph/host-tensor.ts';
import { type BaseModel, openBaseModel } from '../models/base-model.ts';
import { imagePredictor } from '../models/programs.ts';
import type { MemoryMode } from '../runtime/memory-mode.ts';
import { lampMotion, randomMotion, untrainedMotion } from '../testing/test-motions.ts';
import { testdata } from '../testing/testdata.ts';
import { frameOf, fromFrames } from './frames.ts';
import { videoPredictor } from './predictor.ts';
import type { MotionValues } from './trained-motion.ts';
import { type MotionVariant, motionVariantNames, motionVariants } from './variant.ts';

const frames = 3;
const shape: Shape = [1, 4, frames, 4, 6];
const timestep = 300;
let base: BaseModel;
let pictures: FloatTensor[];
let context: FloatTensor;
let drawnAlone: FloatTensor[];

beforeAll(async () => {
  base = await openBaseModel(testdata('mini/tiny-sd'));
  const random = randomStream(2, 'video U-Net');
  const normal = (of: Shape) => floats(random.normals(sizeOf(of)), of);
  pictures = Array.from({ length: frames }, () => normal([1, 4, 4, 6]));
  context = normal([1, 5, base.unet.config.cross_attention_dim]);
  const image = await imagePredictor(base.unet, [1, 4, 4, 6], 5);
  drawnAlone = [];
  for (const picture of pictures) drawnAlone.push(await image.predict(picture, [timestep], context));
  await image.dispose();
});

async function predict(
  variant: MotionVariant,
  motion: MotionValues,
  memory: MemoryMode = 'fast',
): Promise<FloatTensor> {
  const schedule = await readNoiseSchedule(base.schedulerConfig);
  const predictor = await videoPredictor(base.unet, () => ({ variant, values: motion }), shape, 5, {
    schedule,
    memory,
  });
  const found = await predictor.predict(fromFrames(pictures), [timestep], context);
  await predictor.dispose();
  return found;
}

/** How far each frame is from the same picture drawn by the image model. */
function distances(video: FloatTensor): number[] {
  const expected = fromFrames(drawnAlone);
  const plane = shape[3]! * shape[4]!;
  return Array.from({ length: frames }, (_, f) =>
    video.data.reduce(
      (most, value, i) =>
        Math.floor(i / plane) % frames === f ? Math.max(most, Math.abs(value - expected.data[i]!)) : most,
      0,
    ),
  );
}

const rounding = 1e-5;

describe('the untrained video model', () => {
  const separate = { spatialAttention: 'own', pooledNorm: false, cleanFirstTime: false } as const;

  test.each(motionVariantNames)(
    'of %s, each frame left alone, draws each as the image model does',
    async (name) => {
      const variant = { ...motionVariants[name], ...separate };
      const found = distances(await predict(variant, await untrainedMotion(base, variant)));
      for (const distance of found) expect(distance).toBeLessThan(rounding);
    },
  );

  test('draws as the image model does but for the first frame’s keys, where nothing is trained', async () => {
    const [first, ...others] = distances(await predict(motionVariants['zero-shot'], new Map()));
    expect(first).toBeLessThan(rounding);
    for (const distance of others) expect(distance).toBeGreaterThan(1e-3);
  });

  test('with a clean first timestep draws the first frame as the image model does at timestep 0', async () => {
    const clean = { ...motionVariants.lamp, ...separate, cleanFirstTime: true };
    const video = await predict(clean, await untrainedMotion(base, motionVariants.lamp));
    const [first, ...others] = distances(video);
    expect(first).toBeGreaterThan(1e-3);
    for (const distance of others) expect(distance).toBeLessThan(rounding);
    const image = await imagePredictor(base.unet, [1, 4, 4, 6], 5);
    const alone = await image.predict(pictures[0]!, [0], context);
    await image.dispose();
    for (const [i, value] of frameOf(video, 0).data.entries()) expect(value).toBeCloseTo(alone.data[i]!, 4);
  });

  test('of LAMP pools the norms, which shows in the first frame', async () => {
    const variant = { ...motionVariants.lamp, pooledNorm: false };
    const motion = await untrainedMotion(base, motionVariants.lamp);
    expect(distances(await predict(variant, motion))[0]).toBeLessThan(rounding);
    expect(distances(await predict(motionVariants.lamp, motion))[0]).toBeGreaterThan(1e-3);
  });
});

test('the same values give another result in every variant that has them', async () => {
  const motion = randomMotion(base, 1, motionVariants.lamp);
  const results = new Map<string, string>();
  for (const name of [
    'lamp',
    'plain-convolution',
    'no-temporal-convolution',
    'no-temporal-attention',
  ] as const) {
    results.set(
      name,
      [...(await predict(motionVariants[name], motion)).data.map((x) => Math.round(1e4 * x))].join(),
    );
  }
  expect(new Set(results.values()).size).toBe(results.size);
  const unsaid = await videoPredictor(base.unet, () => lampMotion(motion), shape, 5);
  const same = await unsaid.predict(fromFrames(pictures), [timestep], context);
  await unsaid.dispose();
  expect(same.data).toEqual((await predict(motionVariants.lamp, motion)).data);
});

describe('a chain of programs', () => {
  const most = (values: FloatTensor, others: FloatTensor) =>
    values.data.reduce((largest, value, i) => Math.max(largest, Math.abs(value - others.data[i]!)), 0);

  test.each(['lamp', 'lamp-extended', 'no-first-frame', 'tune-a-video-like'] as const)(
    'predicts with variant %s what one program predicts',
    async (name) => {
      const variant = motionVariants[name];
      const motion = randomMotion(base, 3, variant);
      const [whole, low, again] = [
        await predict(variant, motion),
        await predict(variant, motion, 'low'),
        await predict(variant, motion, 'low'),
      ];
      expect(most(low, whole)).toBeLessThan(2e-5);
      expect(again.data).toEqual(low.data);
    },
  );

  test('runs the videos of a batch one after the other, each with its own timestep and text', async () => {
    const random = randomStream(5, 'batch');
    const normal = (of: Shape) => floats(random.normals(sizeOf(of)), of);
    const latents = normal([2, ...shape.slice(1)]);
    const texts = normal([2, 5, base.unet.config.cross_attention_dim]);
    const motion = lampMotion(randomMotion(base, 3, motionVariants.lamp));
    const found = [];
    for (const memory of ['fast', 'low'] as const) {
      const predictor = await videoPredictor(base.unet, () => motion, latents.shape, 5, { memory });
      found.push(await predictor.predict(latents, [300, 800], texts));
      await predictor.dispose();
    }
    const [whole, low] = found as [FloatTensor, FloatTensor];
    expect(low.shape).toEqual(whole.shape);
    expect(most(low, whole)).toBeLessThan(2e-5);
  });
});
