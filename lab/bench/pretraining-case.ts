/**
 * @file Measures training from scratch: the built-in model's U-Net on its 16×16 grid with its text encoder, 32 samples
 * a step.
 */
import { randomStream } from '../../src/diffusion/random.ts';
import { graphCost } from '../../src/graph/cost.ts';
import { type FloatTensor, floats, ints, type Shape, sizeOf } from '../../src/graph/host-tensor.ts';
import { input } from '../../src/graph/tensor.ts';
import { Weights } from '../../src/graph/weights.ts';
import { timestepWidth } from '../../src/models/time-embedding.ts';
import { unet } from '../../src/models/unet.ts';
import { measureSpeed } from '../../src/runtime/speed.ts';
import { adamWDefaults, adamWState, adamWStep, clipScale, gradientNorm } from '../../src/training/adamw.ts';
import { updateAverage } from '../../src/training/moving-average.ts';
import { initialParameters } from '../pretraining/initial-values.ts';
import { modelShapes, modelStep } from '../pretraining/model-step.ts';
import { smallModel } from '../pretraining/small-model.ts';
import type { BenchResult } from './cases.ts';

/** The case's name. */
export const pretrainCase = 'pretrain: 32-64-128, 32 samples of 16x16';

const [samples, channels, side, tokens] = [32, 4, 16, 20];

const configs = smallModel({ channels, tokens, vocabulary: 700 });

/** Runs the case: graph, clipping, AdamW and moving average, as in training. */
export async function runPretrainCase(repeats: number, profilePrefix?: string): Promise<BenchResult> {
  const before = await measureSpeed();
  const random = randomStream(0, 'bench');
  const normal = (shape: Shape): FloatTensor => floats(random.normals(sizeOf(shape)), shape);
  const parameters = initialParameters(modelShapes(configs), 0);
  const average = parameters.zeros();
  const shape = [samples, channels, side, side];
  const compiling = performance.now();
  const options = profilePrefix === undefined ? {} : { profilePrefix };
  const step = await modelStep(configs, parameters, shape, tokens, options);
  const compileSeconds = (performance.now() - compiling) / 1000;
  const batch = {
    noisy: normal(shape),
    target: normal(shape),
    timesteps: Array.from({ length: samples }, () => random.integer(1000)),
    ids: ints(
      Array.from({ length: samples * tokens }, () => random.integer(700)),
      [samples, tokens],
    ),
    weight: new Float32Array(samples).fill(1),
  };
  const state = adamWState(parameters);
  let seconds = Number.POSITIVE_INFINITY;
  for (let i = 0; i <= repeats; i++) {
    const start = performance.now();
    await step.run(batch);
    const scale = clipScale(gradientNorm(step.gradients), 1);
    adamWStep(parameters, step.gradients, state, 1e-4, adamWDefaults, scale);
    updateAverage(average, parameters, 0.999, i + 1);
    if (i > 0) seconds = Math.min(seconds, (performance.now() - start) / 1000);
  }
  await step.dispose();
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  const after = await measureSpeed();
  const matmul = Math.max(before.matmul, after.matmul);
  const convolution = Math.max(before.convolution, after.convolution);
  // Backward, every product of the forward pass has two: for its input and for its weight.
  const flops = 3 * forwardFlops(shape);
  const fraction = flops / seconds / Math.max(matmul, convolution);
  const name = `${pretrainCase} (${Math.round(samples / seconds)} samples/s)`;
  return { name, seconds, flops, allFlops: flops, matmul, convolution, fraction, peakBytes, compileSeconds };
}

function forwardFlops(shape: Shape): number {
  const weights = new Weights((name, expected) => expected && input(name, expected));
  const prediction = unet(weights, configs.unet, {
    latents: input('latents', shape),
    sinusoids: input('sinusoids', [samples, timestepWidth(configs.unet)]),
    context: input('context', [samples, tokens, configs.unet.cross_attention_dim]),
  });
  return graphCost([prediction]).flops;
}
