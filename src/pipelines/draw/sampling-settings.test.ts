import { expect, test } from 'vitest';
import { noiseSchedule } from '../../diffusion/noise-schedule.ts';
import { randomStream } from '../../diffusion/random.ts';
import { UsageError } from '../../errors.ts';
import { defaultsOf } from '../../settings.ts';
import {
  guidanceLimits,
  pictureSampling,
  type SamplerName,
  type SamplingSettings,
  samplerFor,
  samplerNames,
} from './sampling-settings.ts';

const schedule = noiseSchedule({ beta_schedule: 'scaled_linear', beta_start: 0.00085, beta_end: 0.012 });
const four = { ...defaultsOf(pictureSampling), samplerSteps: 4, guidance: 1 };
const make = (more: Partial<SamplingSettings>) =>
  samplerFor(schedule, { ...four, sampler: 'ddim', ...more }, randomStream(0));

test('every named sampler is made, and each is another one', () => {
  const [output, sample] = [Float32Array.of(0.5, -1), Float32Array.of(1, 0.25)];
  const stepped = samplerNames.map((sampler) => make({ sampler }).step(output, 0, sample).join());
  expect(new Set(stepped).size).toBe(samplerNames.length);
});

test('a name that is none of them is refused, and not taken for DDIM', () => {
  for (const name of ['none', 'DDIM', '']) {
    expect(() => make({ sampler: name as SamplerName })).toThrow(UsageError);
    expect(() => make({ sampler: name as SamplerName })).toThrow(
      `"sampler" is "${name}"; expected one of: ${samplerNames.join(', ')}.`,
    );
  }
});

test('a setting out of range, and noise that a sampler does not add, are refused under the caller’s name', () => {
  const drawn = (more: Partial<SamplingSettings>) => () =>
    samplerFor(schedule, { ...four, ...more }, randomStream(0), 'drawing.');
  expect(() => make({ sampler: undefined as never })).toThrow('"sampler" is missing; expected one of: ddim');
  expect(() => make({ guidance: -1 })).toThrow('"guidance" is -1; expected a number from 0.');
  expect(() => make({ guidance: Number.NaN })).toThrow('"guidance" is NaN; expected a number from 0.');
  expect(drawn({ samplerSteps: 0 })).toThrow('"drawing.samplerSteps" is 0; expected a whole number from 1');
  expect(() => make({ sampler: 'dpm++', eta: 0.5 })).toThrow(
    '"eta" is 0.5, but dpm++ adds no noise. Use sampler: "ddim".',
  );
  expect(drawn({ eta: 0.5 })).toThrow(
    '"drawing.eta" is 0.5, but dpm++ adds no noise. Use drawing.sampler: "ddim".',
  );
});

test('limits of guidance are those that leave it out at some steps', () => {
  const limits = (more: Partial<SamplingSettings>) => guidanceLimits({ ...four, guidance: 2, ...more });
  expect(limits({})).toBeUndefined();
  expect(limits({ guidance: 1, guidanceStart: 600 })).toBeUndefined();
  expect(limits({ guidanceStart: 600 })).toEqual({ start: 600, end: 0, similarity: 1 });
  expect(limits({ guidanceEnd: 200 })).toEqual({ start: 1000, end: 200, similarity: 1 });
  expect(limits({ adaptiveGuidance: 0.99 })).toEqual({ start: 1000, end: 0, similarity: 0.99 });
});

test('limits between which there is no timestep are refused', () => {
  expect(() => make({ guidanceStart: 200, guidanceEnd: 201 })).toThrow(
    '"guidanceStart" is 200, and "guidanceEnd" 201; expected a start that is not below the end, since timesteps decrease. For no guidance at all use guidance: 1.',
  );
  expect(make({ guidanceStart: 200, guidanceEnd: 200 }).timesteps).toHaveLength(4);
});
