import { expect, test } from 'vitest';
import { floats } from '../../src/graph/host-tensor.ts';
import { adamWState, adamWStep } from '../../src/training/adamw.ts';
import { CLASSIFIER_SIDE } from '../evaluation/picture-classifier.ts';
import { classifierShapes, classifierStep } from './classifier-step.ts';
import { initialParameters } from './initial-values.ts';

test('the classifier learns to name things and scenes', async () => {
  const counts = { things: 3, scenes: 2 };
  const parameters = initialParameters(classifierShapes(counts), 0);
  const step = await classifierStep(counts, parameters, 4);
  const state = adamWState(parameters);
  // Stripes of two widths in two colours.
  const plane = CLASSIFIER_SIDE ** 2;
  const pictures = floats(
    Float32Array.from({ length: 4 * 3 * plane }, (_, i) => {
      const [sample, channel] = [Math.floor(i / (3 * plane)), Math.floor(i / plane) % 3];
      const dark = Math.floor((i % CLASSIFIER_SIDE) / (sample < 2 ? 8 : 32)) % 2 === 0;
      return dark || (sample % 2 === 0) === (channel === 0) ? -0.5 : 0.8;
    }),
    [4, 3, CLASSIFIER_SIDE, CLASSIFIER_SIDE],
  );
  const losses: number[] = [];
  for (let i = 0; i < 25; i++) {
    losses.push(await step.run({ pictures, things: [2, 2, 0, 0], scenes: [0, 1, 0, 1] }));
    adamWStep(parameters, step.gradients, state, 3e-3);
  }
  await step.dispose();
  expect(losses[0]).toBeGreaterThan(1);
  expect(losses.at(-1)).toBeLessThan(0.1);
  for (const [name, { data }] of step.gradients.views) {
    expect(
      data.some((value) => value !== 0),
      name,
    ).toBe(true);
  }
});
