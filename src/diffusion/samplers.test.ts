import { beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../errors.ts';
import type { FloatTensor } from '../graph/host-tensor.ts';
import { finishingAt } from '../motion/extended/finishing.ts';
import type { Fixture } from '../testing/fixture.ts';
import { readFixture, testdata } from '../testing/testdata.ts';
import { ddimInverter, ddimSampler } from './ddim.ts';
import { ddpmSampler } from './ddpm.ts';
import { dpmSolverSampler } from './dpm-solver.ts';
import { guide } from './guidance.ts';
import {
  addNoise,
  alphaCumprodAt,
  type NoiseSchedule,
  noiseSchedule,
  type PredictionType,
  readNoiseSchedule,
} from './noise-schedule.ts';
import { randomStream } from './random.ts';
import { predictClean, type Sampler } from './sampler.ts';

let fixture: Fixture;
let schedule: NoiseSchedule;
beforeAll(async () => {
  fixture = await readFixture('mini', 'schedulers');
  schedule = await readNoiseSchedule(testdata('mini/tiny-sd/scheduler/scheduler_config.json'));
});

const input = (name: string) => fixture.inputs.get(name) as FloatTensor;
const output = (name: string) => fixture.outputs.get(name) as FloatTensor;
const numbers = (name: string) =>
  Array.from((fixture.outputs.get(name) ?? fixture.inputs.get(name))!.data, Number);
const part = (tensor: FloatTensor, index: number) => {
  const size = tensor.data.length / tensor.shape[0]!;
  return tensor.data.subarray(index * size, (index + 1) * size);
};

/** The largest difference, in standard deviations of the expected values. */
function distance(got: Float32Array, expected: Float32Array): number {
  expect(got.length).toBe(expected.length);
  const mean = expected.reduce((sum, x) => sum + x, 0) / expected.length;
  const variance = expected.reduce((sum, x) => sum + (x - mean) ** 2, 0) / expected.length;
  return got.reduce((worst, x, i) => Math.max(worst, Math.abs(x - expected[i]!)), 0) / Math.sqrt(variance);
}

describe('DDIM against the reference', () => {
  test.each([50, 20, 30, 7])('timesteps of %i steps', (steps) => {
    expect(ddimSampler(schedule, { steps }).timesteps).toEqual(numbers(`ddim_timesteps_${steps}`));
  });

  test.each<[string, PredictionType, boolean, number]>([
    ['ddim_eps', 'epsilon', false, 0],
    ['ddim_eps', 'epsilon', false, 0.5],
    ['ddim_vpred', 'v_prediction', false, 0],
    ['ddim_vpred', 'v_prediction', false, 0.5],
    ['ddim_eps_clip', 'epsilon', true, 0],
    ['ddim_eps_clip', 'epsilon', true, 0.5],
  ])('%s (%s, clipping %s), eta %f', (name, predictionType, clipSample, eta) => {
    const settings = { ...schedule, predictionType, clipSample };
    const sampler = ddimSampler(settings, { steps: 50, eta });
    for (const [i, timestep] of numbers('step_t').entries()) {
      const [modelOutput, sample] = [part(input('step_model_output'), i), part(input('step_sample'), i)];
      const index = sampler.timesteps.indexOf(timestep);
      const next = sampler.step(modelOutput, index, sample, part(input('step_variance_noise'), i));
      expect(distance(next, part(output(`${name}_eta${eta.toFixed(1)}.prev`), i))).toBeLessThan(2e-6);
      const clean = predictClean(settings, modelOutput, sample, timestep);
      expect(distance(clean, part(output(`${name}.x0`), i))).toBeLessThan(2e-6);
    }
  });
});

describe('DPM-Solver++ against the reference', () => {
  test.each<[string, PredictionType, number]>([
    ['dpm', 'epsilon', 20],
    ['dpm_vpred', 'v_prediction', 20],
    ['dpm10', 'epsilon', 10],
  ])('%s', (name, predictionType, steps) => {
    const sampler = dpmSolverSampler({ ...schedule, predictionType }, { steps });
    expect(sampler.timesteps).toEqual(numbers(`${name}.timesteps`));
    let sample = input(`${name}.x`).data;
    for (let i = 0; i < steps; i++) {
      sample = sampler.step(part(input(`${name}.model_outputs`), i), i, sample);
      expect(distance(sample, part(output(`${name}.trajectory`), i))).toBeLessThan(5e-6);
    }
  });
});

/** An ideal "network" for latents of this mean and deviation, for which the best ε is linear in x. */
function perfectOutput(
  settings: NoiseSchedule,
  x: Float32Array,
  timestep: number,
  mean: number,
  deviation: number,
) {
  const alpha = alphaCumprodAt(settings, timestep);
  const [a, b] = [Math.sqrt(alpha), Math.sqrt(1 - alpha)];
  const share = (a * deviation ** 2) / (alpha * deviation ** 2 + 1 - alpha);
  return x.map((value) => {
    const clean = mean + share * (value - a * mean);
    const noise = (value - a * clean) / b;
    if (settings.predictionType === 'sample') return clean;
    return settings.predictionType === 'epsilon' ? noise : a * noise - b * clean;
  });
}

describe('every sampler reaches the distribution of its ideal network', () => {
  const samplers: [string, (settings: NoiseSchedule) => Sampler][] = [
    ['DDIM', (settings) => ddimSampler(settings, { steps: 200 })],
    ['DDIM with noise', (settings) => ddimSampler(settings, { steps: 500, eta: 1 })],
    ['DDPM', (settings) => ddpmSampler(settings, { steps: 500 })],
    ['DPM-Solver++', (settings) => dpmSolverSampler(settings, { steps: 100 })],
  ];
  const predictions: PredictionType[] = ['epsilon', 'v_prediction', 'sample'];

  test.each(samplers.flatMap(([name, make]) => predictions.map((kind) => [name, kind, make] as const)))(
    '%s, %s',
    (_, predictionType, make) => {
      const settings = { ...schedule, predictionType };
      const sampler = make(settings);
      let x: Float32Array = randomStream(1, 'start').normals(4000);
      for (const [index, timestep] of sampler.timesteps.entries()) {
        const noise = randomStream(1, 'noise', index).normals(x.length);
        x = sampler.step(perfectOutput(settings, x, timestep, 0.7, 0.4), index, x, noise);
      }
      const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
      const deviation = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length);
      expect(Math.abs(mean - 0.7)).toBeLessThan(0.03);
      expect(Math.abs(deviation - 0.4)).toBeLessThan(0.02);
    },
  );
});

describe('DDIM inversion', () => {
  test('visits the timesteps of sampling in reverse', () => {
    const up = ddimInverter(schedule, { steps: 50 });
    expect(up.timesteps.slice(0, 3)).toEqual([1, 21, 41]);
    expect([...up.timesteps].reverse()).toEqual(ddimSampler(schedule, { steps: 50 }).timesteps);
  });

  test('sampling restores the latent', () => {
    for (const predictionType of ['epsilon', 'v_prediction'] as const) {
      const settings = { ...schedule, predictionType };
      const start = randomStream(2)
        .normals(500)
        .map((value) => 0.7 + 0.4 * value);
      let x: Float32Array = start;
      const up = ddimInverter(settings, { steps: 500 });
      for (const [i, t] of up.timesteps.entries()) x = up.step(perfectOutput(settings, x, t, 0.7, 0.4), i, x);
      const variance = x.reduce((sum, value) => sum + value ** 2, 0) / x.length;
      expect(Math.abs(variance - 1)).toBeLessThan(0.25);
      const down = ddimSampler(settings, { steps: 500 });
      for (const [i, t] of down.timesteps.entries())
        x = down.step(perfectOutput(settings, x, t, 0.7, 0.4), i, x);
      expect(distance(x, start)).toBeLessThan(0.05);
    }
  });

  test('the reference reading interprets any output as noise', () => {
    const v = { ...schedule, predictionType: 'v_prediction' as const };
    const [x, out] = [Float32Array.of(0.3, -1), Float32Array.of(1, 0.5)];
    const asNoise = ddimInverter(v, { steps: 50, reading: 'epsilon' }).step(out, 5, x);
    expect(asNoise).toEqual(ddimInverter(schedule, { steps: 50 }).step(out, 5, x));
    expect(ddimInverter(v, { steps: 50 }).step(out, 5, x)).not.toEqual(asNoise);
  });
});

describe('misuse is reported', () => {
  test('steps and eta out of range', () => {
    for (const steps of [0, -1, 2.5, 1001, Number.NaN]) {
      expect(() => ddimSampler(schedule, { steps })).toThrow(UsageError);
      expect(() => dpmSolverSampler(schedule, { steps })).toThrow(UsageError);
    }
    expect(() => ddimSampler(schedule, { steps: 1000 })).toThrow(
      /begin at timestep 1000; expected one of the model's, which are 0 to 999\. Take fewer steps/,
    );
    expect(() => ddimSampler(schedule, { steps: 10, eta: 2 })).toThrow(
      /"eta" is 2; expected a number from 0 to 1/,
    );
  });

  test('missing noise, wrong lengths, skipped steps', () => {
    const x = new Float32Array(2);
    expect(() => ddimSampler(schedule, { steps: 10, eta: 1 }).step(x, 0, x)).toThrow(/needs noise/);
    expect(() => ddpmSampler(schedule, { steps: 10 }).step(x, 0, x)).toThrow(/needs noise/);
    expect(() => ddimSampler(schedule, { steps: 10 }).step(x, 10, x)).toThrow(/step 10 of 10/);
    expect(() => ddimSampler(schedule, { steps: 10 }).step(x, 0, new Float32Array(3))).toThrow(
      /2 and 3 values/,
    );
    const solver = dpmSolverSampler(schedule, { steps: 10 });
    solver.step(x, 3, x);
    expect(() => solver.step(x, 5, x)).toThrow(/step 5 after step 3/);
  });
});

test('guidance', () => {
  expect([...guide(Float32Array.of(1, 2), Float32Array.of(2, 0), 7.5)]).toEqual([8.5, -13]);
  expect(() => guide(new Float32Array(1), new Float32Array(2), 1)).toThrow(RangeError);
});

test('a sampler removes the noise when the prediction is exact', () => {
  const [clean, noise] = [input('x0'), input('noise')];
  const noisy = addNoise(schedule, clean, noise, [981, 981, 981, 981]);
  const sampler = ddimSampler(
    noiseSchedule({ beta_schedule: 'scaled_linear', beta_start: 0.00085, beta_end: 0.012 }),
    {
      steps: 50,
    },
  );
  let x = noisy.data;
  for (const index of sampler.timesteps.keys()) x = sampler.step(noise.data, index, x);
  expect(distance(x, clean.data)).toBeLessThan(1e-4);
});

describe('sampling that ends early', () => {
  const schedule = noiseSchedule({ prediction_type: 'v_prediction' });
  const made = {
    ddim: () => ddimSampler(schedule, { steps: 10 }),
    'dpm++': () => dpmSolverSampler(schedule, { steps: 10 }),
  };

  test.each(Object.entries(made))('%s returns the clean latent predicted at the last step', (_, make) => {
    const [whole, early] = [make(), finishingAt(make(), schedule, 500)];
    expect(early.timesteps).toEqual(whole.timesteps.filter((timestep) => timestep >= 500));
    const last = early.timesteps.length - 1;
    let [sample, other] = [Float32Array.of(0.3, -1.2), Float32Array.of(0.3, -1.2)];
    for (let index = 0; index < last; index++) {
      const output = Float32Array.of(0.1 * index, 0.5);
      sample = early.step(output, index, sample) as typeof sample;
      other = whole.step(output, index, other) as typeof other;
    }
    expect(sample).toEqual(other);
    const output = Float32Array.of(-0.4, 0.9);
    const clean = predictClean(schedule, output, sample, early.timesteps[last]!);
    expect(early.step(output, last, sample)).toEqual(clean);
  });

  test('takes all steps at 1, and at least one', () => {
    const whole = made.ddim();
    expect(finishingAt(whole, schedule, 0)).toBe(whole);
    expect(finishingAt(whole, schedule, 1000).timesteps).toEqual(whole.timesteps.slice(0, 1));
  });
});
