import { expect, test } from 'vitest';
import { floats } from '../graph/host-tensor.ts';
import { ddimSampler } from './ddim.ts';
import { dpmSolverSampler } from './dpm-solver.ts';
import { noiseSchedule } from './noise-schedule.ts';
import { redrawStart, redrawSteps } from './sdedit.ts';

const schedule = noiseSchedule({ beta_schedule: 'scaled_linear', beta_start: 0.00085, beta_end: 0.012 });
const clean = floats(Float32Array.of(0.5, -1, 2, 0.25), [1, 1, 2, 2]);
const noise = Float32Array.of(-0.3, 0.7, 1.1, -2);

test('the strength is the fraction of the steps that are taken', () => {
  const { timesteps } = ddimSampler(schedule, { steps: 100 });
  const steps = (strength: number) => 100 - redrawStart(schedule, timesteps, clean, noise, strength).step;
  expect([0, 0.004, 0.29, 0.6, 1].map(steps)).toEqual([0, 0, 29, 60, 100]);
  expect([0, 0.004, 0.29, 0.6, 1].map((strength) => redrawSteps(100, strength))).toEqual([0, 0, 29, 60, 100]);
  expect(redrawSteps(25, 0.6)).toBe(15);
  expect(() => steps(1.1)).toThrow('"strength" is 1.1; expected a number from 0');
  expect(() => steps(Number.NaN)).toThrow('"strength" is NaN');
});

test('latents have the noise level of the first timestep taken', () => {
  const { timesteps } = ddimSampler(schedule, { steps: 10 });
  const { step, latents } = redrawStart(schedule, timesteps, clean, noise, 0.5);
  expect(timesteps[step]).toBe(401);
  const alpha = schedule.alphasCumprod[401]!;
  const expected = clean.data.map((x, i) => Math.sqrt(alpha) * x + Math.sqrt(1 - alpha) * noise[i]!);
  expect(latents).toEqual(floats(expected, clean.shape));
  expect(redrawStart(schedule, timesteps, clean, noise, 0).latents).toBe(clean);
});

test.each([
  ['ddim', () => ddimSampler(schedule, { steps: 20 })],
  ['dpm++', () => dpmSolverSampler(schedule, { steps: 20 })],
])('%s restores the image when exactly the added noise is predicted', (_, make) => {
  const sampler = make();
  const start = redrawStart(schedule, sampler.timesteps, clean, noise, 0.7);
  let { data } = start.latents;
  for (let step = start.step; step < 20; step++) data = sampler.step(noise, step, data);
  // DPM-Solver++ ends at timestep 0, which still has a little noise.
  for (const [i, value] of data.entries()) expect(Math.abs(value - clean.data[i]!)).toBeLessThan(0.1);
});
