import { expect, test } from 'vitest';
import { randomStream } from '../../src/diffusion/random.ts';
import { floats } from '../../src/graph/host-tensor.ts';
import { smallVaeConfig } from '../../src/testing/small-vae.ts';
import type { ParameterSet } from '../../src/training/parameter-set.ts';
import type { Divisible } from './batch-pieces.ts';
import { initialParameters } from './initial-values.ts';
import { type ModelBatch, modelShapes, modelStep } from './model-step.ts';
import { movesOfBatch } from './moved-latents.ts';
import { dividedStep } from './parallel-step.ts';
import { smallModel } from './small-model.ts';
import { decoderShapes, vaeLossDefaults, vaeShapes } from './vae-step.ts';

const configs = smallModel({ channels: 4, tokens: 6, vocabulary: 10, widths: [8, 8, 16], textWidth: 16 });
const shape = [4, 4, 4, 4];
const vae = smallVaeConfig(4, 8);

/** The step for four samples, in pieces. */
function inPieces(parameters: ParameterSet, piece = 2) {
  return dividedStep(
    (samples) => ({ kind: 'model', configs, latentShape: [samples, 4, 4, 4], tokens: 6 }),
    parameters,
    { batch: 4, piece },
  );
}

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
  const pieces = await inPieces(parameters);
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

/** Losses of a batch of four pictures, whole and in two pieces. */
async function lossesOf<Batch extends Divisible<Batch>>(
  kind: 'autoencoder' | 'decoder',
  batch: Batch,
): Promise<number[]> {
  const shapes = kind === 'autoencoder' ? vaeShapes(vae) : decoderShapes(vae);
  const parameters = initialParameters(shapes, 1);
  const losses: number[] = [];
  for (const piece of [undefined, 2]) {
    const step = await dividedStep<Batch>(
      (samples) => ({ kind, config: vae, pictureShape: [samples, 3, 8, 8], lossWeights: vaeLossDefaults }),
      parameters,
      { batch: 4, piece },
    );
    losses.push(await step.run(batch));
    await step.dispose();
  }
  return losses;
}

test('pieces of a batch of pictures give the loss of the whole batch', async () => {
  const random = randomStream(7, 'pictures', 0);
  const pictures = floats(random.normals(768), [4, 3, 8, 8]);
  const latents = floats(random.normals(256), [4, 4, 4, 4]);
  const noise = floats(random.normals(256), [4, 4, 4, 4]);
  const moves = movesOfBatch(3, 0, 4);
  for (const [whole, divided] of [
    await lossesOf('autoencoder', { pictures, noise: latents, moves }),
    await lossesOf('decoder', { pictures, latents, noise, moves }),
  ]) {
    expect(whole).toBeGreaterThan(0.1);
    expect(divided).toBeCloseTo(whole!, 5);
  }
});

test('a batch that cannot be divided is refused', async () => {
  const parameters = initialParameters(modelShapes(configs), 1);
  await expect(inPieces(parameters, 3)).rejects.toThrow('a batch of 4 cannot be divided into pieces of 3');
});

test('an error of a thread is that of the step, and of those after it', async () => {
  const parameters = initialParameters(modelShapes(configs), 1);
  const pieces = await inPieces(parameters);
  const wrong = { ...batch(), noisy: floats(new Float32Array(64), [4, 4, 2, 2]) };
  const problem = 'input "batch:noisy" must be float32 [2,4,4,4]';
  await expect(pieces.run(wrong)).rejects.toThrow(problem);
  await expect(pieces.run(batch())).rejects.toThrow(problem);
  await pieces.dispose();
});
