import { expect, test } from 'vitest';
import { videoDefaults } from '../../src/pipelines/video/video-settings.ts';
import { predictionsOf, type SampledSettings } from './sampling-work.ts';

const timesteps = [900, 700, 500, 300, 100];
const count = (more: Partial<SampledSettings>) => predictionsOf({ ...videoDefaults, ...more }, timesteps);

test('a guided step predicts twice, with deep features or without them', () => {
  expect(count({})).toEqual({ whole: 10, rest: 0 });
  expect(count({ guidance: 1 })).toEqual({ whole: 5, rest: 0 });
  expect(count({ guidanceStart: 700, guidanceEnd: 300, guidedSteps: 3 })).toEqual({ whole: 8, rest: 0 });
  expect(count({ guidedSteps: 2 })).toEqual({ whole: 7, rest: 0 });
  expect(count({ deepEvery: 2, fullSteps: 3 })).toEqual({ whole: 6, rest: 4 });
  expect(count({ guidance: 1, deepEvery: 3, fullSteps: 2 })).toEqual({ whole: 2, rest: 3 });
  // The second step needs features of the half without the prompt, the fourth takes those of the second.
  expect(count({ guidanceStart: 700, guidanceEnd: 500, guidedSteps: 2, deepEvery: 3, fullSteps: 3 })).toEqual(
    { whole: 4, rest: 3 },
  );
});

test('counts that are not those of the video are refused', () => {
  expect(() => count({ deepEvery: 2, fullSteps: 4 })).toThrow(RangeError);
  expect(() => count({ guidanceEnd: 300, guidedSteps: 5 })).toThrow(RangeError);
});
