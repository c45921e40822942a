import { expect, test } from 'vitest';
import { learningRateAt } from './learning-rate.ts';
import { updateAverage } from './moving-average.ts';
import { ParameterSet } from './parameter-set.ts';

test('the rate rises over the warm-up and then stays', () => {
  const settings = { learningRate: 2, schedule: 'constant', warmupSteps: 4, steps: 10 } as const;
  const rates = [1, 2, 4, 5, 10].map((step) => learningRateAt(settings, step));
  expect(rates).toEqual([0.5, 1, 2, 2, 2]);
});

test('the rate falls along a cosine that begins after the warm-up', () => {
  const settings = { learningRate: 2, schedule: 'cosine', warmupSteps: 2, steps: 10 } as const;
  expect(learningRateAt(settings, 3)).toBe(2);
  expect(learningRateAt(settings, 7)).toBeCloseTo(1, 12);
  expect(learningRateAt(settings, 10)).toBeGreaterThan(0);
  expect(learningRateAt({ ...settings, warmupSteps: 20 }, 10)).toBe(1);
});

test('the moving average soon forgets where it began', () => {
  const parameters = new ParameterSet([{ name: 'p', shape: [1] }]);
  const average = parameters.zeros();
  parameters.flat[0] = 1;
  updateAverage(average, parameters, 0.99, 1);
  expect(average.flat[0]).toBeCloseTo(9 / 11, 6);
  updateAverage(average, parameters, 0.1, 2);
  expect(average.flat[0]).toBeCloseTo(1 - 0.1 * (2 / 11), 6);
});
