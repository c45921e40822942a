import { expect, test } from 'vitest';
import { floats } from '../../src/graph/host-tensor.ts';
import { adamWState, adamWStep } from '../../src/training/adamw.ts';
import { classifierShapes, classifierStep } from './classifier-step.ts';
import { initialParameters } from './initial-values.ts';

test('the classifier learns to name things and scenes', async () => {
  const counts = { things: 3, scenes: 2 };
  const parameters = initialParameters(classifierShapes(counts), 0);
  const step = await classifierStep(counts, parameters, 4);
  const state = adamWState(parameters);
  // Stripes of two widths in two colours.
  const pictures = floats(
    Float32Array.from({ length: 4 * 3 * 4096 }, (_, i) => {
      const [sample, channel, x] = [Math.floor(i / 12288), Math.floor(i / 4096) % 3, i % 64];
      const dark = Math.floor(x / (sample < 2 ? 4 : 16)) % 2 === 0;
      return dark || (sample % 2 === 0) === (channel === 0) ? -0.5 : 0.8;
    }),
    [4, 3, 64, 64],
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
