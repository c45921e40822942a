import { expect, test } from 'vitest';
import { noiseSchedule } from '../../diffusion/noise-schedule.ts';
import { randomStream } from '../../diffusion/random.ts';
import { UsageError } from '../../errors.ts';
import { type SamplerName, type SamplingSettings, samplerFor, samplerNames } from './sampling-settings.ts';

const schedule = noiseSchedule({ beta_schedule: 'scaled_linear', beta_start: 0.00085, beta_end: 0.012 });
const make = (more: Partial<SamplingSettings>) =>
  samplerFor(schedule, { sampler: 'ddim', samplerSteps: 4, eta: 0, guidance: 1, ...more }, randomStream(0));

test('every named sampler is made, and each is another one', () => {
  const [output, sample] = [Float32Array.of(0.5, -1), Float32Array.of(1, 0.25)];
  const stepped = samplerNames.map((sampler) => make({ sampler }).step(output, 0, sample).join());
  expect(new Set(stepped).size).toBe(samplerNames.length);
});

test('a name that is none of them is refused, and not taken for DDIM', () => {
  for (const name of ['none', 'DDIM', '', undefined]) {
    expect(() => make({ sampler: name as SamplerName })).toThrow(UsageError);
    expect(() => make({ sampler: name as SamplerName })).toThrow(
      `"sampler" is "${name}"; expected one of: ${samplerNames.join(', ')}.`,
    );
  }
});
