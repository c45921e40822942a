import { expect, test } from 'vitest';
import { alphaCumprodAt, noiseSchedule } from '../../src/diffusion/noise-schedule.ts';
import { floats } from '../../src/graph/host-tensor.ts';
import { schedulerConfig } from './model-folder.ts';
import { type BatchPlan, modelBatches } from './pretraining-batches.ts';

const schedule = noiseSchedule(schedulerConfig);
const tokenizer = { maxLength: 2, encode: (text: string) => [text === '' ? 0 : 1, 2] };
const plan: BatchPlan = {
  seed: 3,
  schedule,
  tokenizer,
  captionDropout: 0.25,
  timesteps: 'uniform',
};
const clean = {
  latents: floats(new Float32Array(400).fill(1), [400, 1, 1, 1]),
  captions: Array<string>(400).fill('a thing'),
};

test('noisy latents and targets are consistent: √ᾱ·noisy − √(1−ᾱ)·target is the clean latent', () => {
  const { noisy, target, timesteps } = modelBatches(plan)(0, clean);
  for (const [i, timestep] of timesteps.entries()) {
    const alpha = alphaCumprodAt(schedule, timestep);
    const found = Math.sqrt(alpha) * noisy.data[i]! - Math.sqrt(1 - alpha) * target.data[i]!;
    expect(found).toBeCloseTo(1, 4);
  }
});

test('captions are dropped with the given probability', () => {
  const { ids } = modelBatches(plan)(1, clean);
  expect(ids.shape).toEqual([400, 2]);
  const dropped = [...ids.data].filter((id, i) => i % 2 === 0 && id === 0n).length / 400;
  expect(Math.abs(dropped - 0.25)).toBeLessThan(0.07);
});

test('a batch depends only on its index, and timesteps can be concentrated in the middle', () => {
  expect(modelBatches(plan)(7, clean)).toEqual(modelBatches(plan)(7, clean));
  expect(modelBatches(plan)(7, clean).timesteps).not.toEqual(modelBatches(plan)(8, clean).timesteps);
  const middle = (timesteps: readonly number[]) => timesteps.filter((t) => t > 250 && t < 750).length / 400;
  expect(middle(modelBatches(plan)(0, clean).timesteps)).toBeLessThan(0.6);
  expect(middle(modelBatches({ ...plan, timesteps: 'logit-normal' })(0, clean).timesteps)).toBeGreaterThan(
    0.65,
  );
});
