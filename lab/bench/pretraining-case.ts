/**
 * @file Measures training from scratch: U-Nets of several widths on the built-in model's 16×16 grid with its text
 * encoder, in the batches of its recipe.
 */
import { randomStream } from '../../src/diffusion/random.ts';
import { graphCost } from '../../src/graph/cost.ts';
import { type FloatTensor, floats, ints, type Shape, sizeOf } from '../../src/graph/host-tensor.ts';
import { input } from '../../src/graph/tensor.ts';
import { Weights } from '../../src/graph/weights.ts';
import { timestepWidth } from '../../src/models/time-embedding.ts';
import { unet } from '../../src/models/unet.ts';
import { measureSpeed } from '../../src/runtime/speed.ts';
import { adamWState } from '../../src/training/adamw.ts';
import { initialParameters } from '../pretraining/initial-values.ts';
import { type ModelConfigs, modelShapes, modelStep } from '../pretraining/model-step.ts';
import { builtInRecipe } from '../pretraining/recipe.ts';
import { smallModel } from '../pretraining/small-model.ts';
import { updateParameters } from '../pretraining/update-parameters.ts';
import type { BenchResult } from './cases.ts';

/** A U-Net whose training is measured. */
export interface PretrainCase {
  readonly name: string;
  /** Channels of its levels. */
  readonly widths: readonly number[];
}

const { latentChannels: channels, tokens, textWidth, unetWidths } = builtInRecipe;
const { batch: samples } = builtInRecipe.model[0]!;
const side = 16;

/** The recipe's U-Net, and others that it could have been. */
export const pretrainCases: readonly PretrainCase[] = [
  ...new Map(
    [unetWidths, [32, 64, 128], [32, 96, 160], [48, 96, 160], [64, 128, 192]].map((widths) => [
      widths.join('-'),
      widths,
    ]),
  ),
].map(([name, widths]) => ({ name: `pretrain: ${name}, ${samples} samples of ${side}x${side}`, widths }));

/** Runs a case: graph, clipping, AdamW and moving average, as in training. */
export async function runPretrainCase(
  { name, widths }: PretrainCase,
  repeats: number,
  profilePrefix?: string,
): Promise<BenchResult> {
  const configs = smallModel({ channels, tokens, vocabulary: 700, widths, textWidth });
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
  };
  const state = adamWState(parameters);
  let seconds = Number.POSITIVE_INFINITY;
  for (let i = 0; i <= repeats; i++) {
    const start = performance.now();
    await step.run(batch);
    updateParameters({ parameters, average, state }, step.gradients, 1e-4);
    if (i > 0) seconds = Math.min(seconds, (performance.now() - start) / 1000);
  }
  await step.dispose();
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  const after = await measureSpeed();
  const matmul = Math.max(before.matmul, after.matmul);
  const convolution = Math.max(before.convolution, after.convolution);
  // Backward, every product of the forward pass has two: for its input and for its weight.
  const flops = 3 * forwardFlops(configs, shape);
  const fraction = flops / seconds / Math.max(matmul, convolution);
  const millions = (parameters.flat.length / 1e6).toFixed(1);
  const speed = `${millions} M parameters, ${Math.round(samples / seconds)} samples/s`;
  return {
    name: `${name} (${speed})`,
    seconds,
    flops,
    allFlops: flops,
    matmul,
    convolution,
    fraction,
    peakBytes,
    compileSeconds,
  };
}

function forwardFlops(configs: ModelConfigs, shape: Shape): number {
  const weights = new Weights((name, expected) => expected && input(name, expected));
  const prediction = unet(weights, configs.unet, {
    latents: input('latents', shape),
    sinusoids: input('sinusoids', [samples, timestepWidth(configs.unet)]),
    context: input('context', [samples, tokens, configs.unet.cross_attention_dim]),
  });
  return graphCost([prediction]).flops;
}
