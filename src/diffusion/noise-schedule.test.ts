import { beforeAll, describe, expect, test } from 'vitest';
import { CheckpointError } from '../errors.ts';
import { type FloatTensor, floats } from '../graph/host-tensor.ts';
import type { Fixture } from '../testing/fixture.ts';
import { readFixture, testdata } from '../testing/testdata.ts';
import {
  addNoise,
  type NoiseSchedule,
  noiseSchedule,
  readNoiseSchedule,
  velocity,
} from './noise-schedule.ts';

let fixture: Fixture;
let schedule: NoiseSchedule;
beforeAll(async () => {
  fixture = await readFixture('mini', 'schedulers');
  schedule = await readNoiseSchedule(testdata('mini/tiny-sd/scheduler/scheduler_config.json'));
});

function expectClose(got: Float32Array, name: string, tolerance: number): void {
  const expected = fixture.outputs.get(name) as FloatTensor;
  expect(got.length).toBe(expected.data.length);
  const worst = got.reduce((most, x, i) => Math.max(most, Math.abs(x - expected.data[i]!)), 0);
  expect(worst).toBeLessThanOrEqual(tolerance);
}

test('betas and their products equal the reference’s', () => {
  expectClose(schedule.betas, 'betas', 2e-9);
  expectClose(schedule.alphasCumprod, 'alphas_cumprod', 1e-7);
  expectClose(Float32Array.of(schedule.finalAlphaCumprod), 'final_alpha_cumprod', 1e-7);
});

test('noise and velocity equal the reference’s, with one timestep per sample', () => {
  const [x0, noise] = ['x0', 'noise'].map((name) => fixture.inputs.get(name) as FloatTensor) as [
    FloatTensor,
    FloatTensor,
  ];
  const timesteps = Array.from(fixture.inputs.get('t')!.data, Number);
  expectClose(addNoise(schedule, x0, noise, timesteps).data, 'ddpm_add_noise', 1e-6);
  expectClose(addNoise(schedule, x0, noise, timesteps).data, 'ddim_add_noise', 1e-6);
  expectClose(velocity(schedule, x0, noise, timesteps).data, 'ddpm_velocity', 1e-6);
});

describe('settings', () => {
  test('absent fields take diffusers’ defaults', () => {
    const plain = noiseSchedule({ _class_name: 'DDIMScheduler' });
    expect(plain.betas.length).toBe(1000);
    expect([plain.betas[0], plain.betas[999]].map((beta) => beta?.toFixed(6))).toEqual([
      '0.000100',
      '0.020000',
    ]);
    expect([plain.finalAlphaCumprod, plain.predictionType, plain.stepsOffset]).toEqual([1, 'epsilon', 1]);
  });

  test('the cosine schedule and given betas', () => {
    const cosine = noiseSchedule({ beta_schedule: 'squaredcos_cap_v2' });
    expect(cosine.betas[999]).toBeCloseTo(0.999, 6);
    // ᾱ(½) = cos²((0.5 + 0.008)/1.008 · π/2) / cos²(0.008/1.008 · π/2)
    expect(cosine.alphasCumprod[499]).toBeCloseTo(0.49384, 4);
    expect([...noiseSchedule({ trained_betas: [0.5, 0.5] }).alphasCumprod]).toEqual([0.5, 0.25]);
    expect(noiseSchedule({ num_train_timesteps: 1 }).betas.length).toBe(1);
  });

  test.each([
    [{ beta_schedule: 'sigmoid' }, /"beta_schedule" .*scaled_linear/],
    [{ prediction_type: 'flow' }, /"prediction_type" .*v_prediction/],
    [{ num_train_timesteps: 0 }, /num_train_timesteps/],
    [{ beta_start: 'small' }, /beta_start/],
    [{ rescale_betas_zero_snr: true }, /rescale_betas_zero_snr/],
    [{ trained_betas: [0.1], num_train_timesteps: 5 }, /has 1 trained_betas for 5 timesteps/],
    [[], /is not as expected/],
  ])('%j is refused', (config, message) => {
    expect(() => noiseSchedule(config)).toThrow(CheckpointError);
    expect(() => noiseSchedule(config)).toThrow(message);
  });

  test('mismatched shapes and timesteps', () => {
    const [one, two] = [floats(new Float32Array(4), [2, 2]), floats(new Float32Array(4), [4])];
    expect(() => addNoise(schedule, one, two, [1, 2])).toThrow(
      /latents \[2,2\], noise \[4\] and 2 timesteps/,
    );
    expect(() => addNoise(schedule, one, one, [1])).toThrow(RangeError);
    expect(() => addNoise(schedule, one, one, [1, 1000])).toThrow(/timestep 1000 is outside 0 … 999/);
  });
});
