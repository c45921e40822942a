import { expect, test } from 'vitest';
import { randomStream } from '../../src/diffusion/random.ts';
import { floats } from '../../src/graph/host-tensor.ts';
import { initialParameters } from './initial-values.ts';
import { type ModelBatch, modelShapes, modelStep } from './model-step.ts';
import { parallelModelStep } from './parallel-step.ts';
import { smallModel } from './small-model.ts';

const configs = smallModel({ channels: 4, tokens: 6, vocabulary: 10, widths: [8, 8, 16], textWidth: 16 });
const shape = [4, 4, 4, 4];

/** Four samples with weights of their own. */
function batch(): ModelBatch {
  const random = randomStream(7, 'batch', 0);
  return {
    noisy: floats(random.normals(256), shape),
    target: floats(random.normals(256), shape),
    timesteps: [3, 250, 600, 999],
    ids: {
      dtype: 'int64',
      shape: [4, 6],
      data: BigInt64Array.from({ length: 24 }, (_, i) => BigInt(i % 10)),
    },
  };
}

test('pieces give the loss and the gradients of the whole batch, with the parameters as they are', async () => {
  const parameters = initialParameters(modelShapes(configs), 1);
  const whole = await modelStep(configs, parameters, shape, 6);
  const pieces = await parallelModelStep(configs, parameters, shape, 6, 2);
  for (const scale of [1, 0.9]) {
    parameters.flat.forEach((value, i) => {
      parameters.flat[i] = value * scale;
    });
    const loss = await whole.run(batch());
    expect(await pieces.run(batch())).toBeCloseTo(loss, 5);
    const largest = whole.gradients.flat.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeGreaterThan(0.01);
    const apart = whole.gradients.flat.map((value, i) => Math.abs(value - pieces.gradients.flat[i]!));
    expect(apart.reduce((most, value) => Math.max(most, value), 0) / largest).toBeLessThan(1e-4);
  }
  await whole.dispose();
  await pieces.dispose();
});

test('a batch that cannot be divided is refused', async () => {
  const parameters = initialParameters(modelShapes(configs), 1);
  await expect(parallelModelStep(configs, parameters, shape, 6, 3)).rejects.toThrow(
    'a batch of 4 cannot be divided into pieces of 3',
  );
});

test('an error of a thread is that of the step, and of those after it', async () => {
  const parameters = initialParameters(modelShapes(configs), 1);
  const pieces = await parallelModelStep(configs, parameters, shape, 6, 2);
  const wrong = { ...batch(), noisy: floats(new Float32Array(64), [4, 4, 2, 2]) };
  const problem = 'input "batch:noisy" must be float32 [2,4,4,4]';
  await expect(pieces.run(wrong)).rejects.toThrow(problem);
  await expect(pieces.run(batch())).rejects.toThrow(problem);
  await pieces.dispose();
});
