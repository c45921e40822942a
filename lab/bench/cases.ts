/** @file What the benchmark measures. */
import { join } from 'node:path';
import { writeSafetensors } from '../../src/checkpoints/safetensors.ts';
import { openWeightFile } from '../../src/checkpoints/weight-file.ts';
import { randomStream } from '../../src/diffusion/random.ts';
import { type FloatTensor, floats, type Shape, sizeOf } from '../../src/graph/host-tensor.ts';
import { input } from '../../src/graph/tensor.ts';
import { weightsTakenBy } from '../../src/graph/weights.ts';
import type { Component } from '../../src/models/base-model.ts';
import { type UNetConfig, unetConfigSchema } from '../../src/models/configs.ts';
import { int8Weights } from '../../src/models/int8-weights.ts';
import { timestepWidth } from '../../src/models/time-embedding.ts';
import { unet } from '../../src/models/unet.ts';
import { initialValues, motionParameters } from '../../src/motion/motion-parameters.ts';
import { samplingCost, videoPredictor } from '../../src/motion/predictor.ts';
import { motionVariants } from '../../src/motion/variant.ts';
import type { DeviceName } from '../../src/runtime/devices.ts';
import type { MemoryMode } from '../../src/runtime/memory-mode.ts';
import { measureSpeed } from '../../src/runtime/speed.ts';
import { adamWDefaults, adamWState, adamWStep, clipScale, gradientNorm } from '../../src/training/adamw.ts';
import { motionStep } from '../../src/training/motion-step.ts';
import { ParameterSet } from '../../src/training/parameter-set.ts';
import { trainingCost } from '../../src/training/training-cost.ts';

const variant = motionVariants.lamp;

/** One line of the table. */
export interface BenchCase {
  readonly name: string;
  readonly widths: readonly number[];
  readonly heads: number;
  /** Width of the text states. */
  readonly context: number;
  readonly latents: Shape;
  readonly work: 'train' | 'train, recompute' | 'train, low' | 'sample' | 'sample, low';
  /** Type of the base's weights; default `float32`. */
  readonly dtype?: 'float16';
  /** In which precision products with the base's weights are computed; default f32. */
  readonly precision?: 'int8';
  /** Rank of the trained factors; default: whole matrices are trained. */
  readonly rank?: number;
}

/** What was measured. */
export interface BenchResult {
  readonly name: string;
  /** The best time of a step, as the ceilings are the best of theirs. */
  readonly seconds: number;
  readonly flops: number;
  /** With those of recomputing. */
  readonly allFlops: number;
  /** Ceilings in FLOP/s, measured around the case. */
  readonly matmul: number;
  readonly convolution: number;
  /** Reached share of the higher ceiling. */
  readonly fraction: number;
  /** Largest resident size of the process, about 150 MiB of it Node and the engine. */
  readonly peakBytes: number;
  /** What `trainingCost` or `samplingBytes` expects; not for pretraining. */
  readonly estimatedBytes?: number;
  readonly compileSeconds: number;
}

const small = { widths: [64, 128, 192, 192], heads: 4, context: 64, latents: [1, 4, 16, 16, 16] };
const large = { widths: [320, 640], heads: 8, context: 768, latents: [1, 4, 8, 20, 32] };
/** Stable Diffusion 1.x at 512×320: minutes a step, so only measured when it is named. */
const whole = { widths: [320, 640, 1280, 1280], heads: 8, context: 768, latents: [1, 4, 16, 40, 64] };

/** All cases. */
export const benchCases: readonly BenchCase[] = (
  [
    ['64-192, 16 frames of 16x16', small],
    ['320-640, 8 frames of 20x32', large],
    ['SD 1.x, 16 frames of 40x64', whole],
    ['SD 1.x, 8 frames of 32x32', { ...whole, latents: [1, 4, 8, 32, 32] }],
  ] as const
).flatMap(([name, sizes]) =>
  (['train', 'train, recompute', 'train, low', 'sample', 'sample, low'] as const).flatMap((work) => [
    { name: `${work}: ${name}`, work, ...sizes },
    { name: `${work}, int8: ${name}`, work, ...sizes, precision: 'int8' as const },
  ]),
);

/** Cases whose memory is compared with its estimate: modes, sizes, lengths, ranks, and both precisions of the base. */
export const memoryCases: readonly BenchCase[] = (
  [
    ['train', [1, 4, 8, 8, 8], {}],
    ['train', [1, 4, 8, 32, 32], { dtype: 'float16', rank: 32 }],
    ['train, recompute', [1, 4, 16, 8, 8], { dtype: 'float16' }],
    ['train, recompute', [1, 4, 8, 32, 32], {}],
    ['train, recompute', [1, 4, 8, 40, 64], { rank: 8 }],
    ['train, low', [1, 4, 8, 40, 64], { rank: 8 }],
    ['train, recompute', [1, 4, 16, 40, 64], { rank: 32 }],
    ['train, low', [1, 4, 16, 8, 8], {}],
    ['train, low', [1, 4, 8, 32, 32], { dtype: 'float16', rank: 32 }],
    ['train, low', [1, 4, 32, 32, 32], { dtype: 'float16', rank: 8 }],
    ['train, low', [1, 4, 8, 64, 64], { dtype: 'float16' }],
    ['train, low', [1, 4, 16, 40, 64], {}],
    ['train, low', [1, 4, 16, 40, 64], { rank: 32 }],
    ['train, low', [1, 4, 16, 40, 64], { dtype: 'float16', rank: 32 }],
    ['train, low', [1, 4, 16, 40, 64], { dtype: 'float16', rank: 32, precision: 'int8' }],
    ['sample', [1, 4, 8, 8, 8], { dtype: 'float16' }],
    ['sample', [1, 4, 16, 32, 32], {}],
    ['sample, low', [1, 4, 16, 32, 32], {}],
    ['sample, low', [1, 4, 16, 40, 64], { dtype: 'float16' }],
    ['sample, low', [1, 4, 32, 64, 64], { dtype: 'float16', rank: 8 }],
  ] as const
).map(([work, latents, more]) => wholeCase(work, latents, more));

/** Cases that tell how time grows with length and size, in half precision with rank 32. */
export const growthCases: readonly BenchCase[] = (['train, low', 'sample, low'] as const).flatMap((work) =>
  (
    [
      [8, 8, 8],
      [8, 16, 16],
      [16, 16, 16],
      [32, 16, 16],
      [8, 24, 24],
      [8, 32, 32],
      [16, 32, 32],
      [8, 40, 64],
    ] as const
  ).map((video) => wholeCase(work, [1, 4, ...video], { dtype: 'float16', rank: 32 })),
);

/** A case at the size of Stable Diffusion 1.x. */
function wholeCase(
  work: BenchCase['work'],
  latents: Shape,
  more: Pick<BenchCase, 'dtype' | 'rank' | 'precision'>,
): BenchCase {
  const [, , frames, height, width] = latents;
  const name = [
    `${work}: SD 1.x`,
    more.dtype === 'float16' ? 'f16' : 'f32',
    more.precision ?? '',
    `${frames} frames of ${height}x${width}`,
    more.rank === undefined ? '' : `rank ${more.rank}`,
  ];
  return { ...whole, ...more, work, latents, name: name.filter(Boolean).join(', ') };
}

const tokens = 77;

const memoryOf: Record<BenchCase['work'], MemoryMode> = {
  train: 'fast',
  'train, recompute': 'balanced',
  'train, low': 'low',
  sample: 'fast',
  'sample, low': 'low',
};

/** Runs a case on a device, with the weights in `folder` (see `writeWeights`). */
export async function runCase(
  { name, latents, work, rank, ...architecture }: BenchCase,
  folder: string,
  repeats: number,
  profilePrefix?: string,
  device: DeviceName = 'cpu',
): Promise<BenchResult> {
  const { config, weights } = await randomUNet(architecture, folder);
  const component = {
    config,
    weights: architecture.precision === 'int8' ? await int8Weights(weights, folder) : weights,
  };
  const memory = memoryOf[work];
  const before = await measureSpeed(device);
  const random = randomStream(0, 'bench');
  const normal = (shape: Shape): FloatTensor => floats(random.normals(sizeOf(shape)), shape);
  const context = normal([1, tokens, component.config.cross_attention_dim]);
  const shapes = motionParameters(component.weights.shapes, variant, rank);
  const parameters = new ParameterSet(shapes);
  for (const parameter of shapes) {
    const base = component.weights.shapes.has(parameter.name)
      ? ((await component.weights.file.read(parameter.name)) as FloatTensor).data
      : undefined;
    parameters.views.get(parameter.name)!.data.set(
      initialValues(
        parameter,
        () => base!,
        () => random.uniform(),
      ),
    );
  }
  const options = { device, ...(profilePrefix !== undefined && { profilePrefix }) };
  const compiling = performance.now();
  let step: () => Promise<unknown>;
  let dispose: () => Promise<void>;
  let flops: number;
  let allFlops: number;
  let estimatedBytes: number;
  if (work.startsWith('sample')) {
    const guided = [2, ...latents.slice(1)];
    const predictor = await videoPredictor(
      component,
      () => ({ variant, values: parameters.views }),
      guided,
      tokens,
      { memory, ...options },
    );
    const [given, states] = [normal(guided), normal([2, tokens, component.config.cross_attention_dim])];
    step = () => predictor.predict(given, [500, 500], states);
    dispose = () => predictor.dispose();
    const motion = { variant, shapes: new Map(shapes.map(({ name, shape }) => [name, shape])) };
    flops = samplingCost(component, motion, guided, tokens, 'fast').flops;
    ({ flops: allFlops, bytes: estimatedBytes } = samplingCost(component, motion, guided, tokens, memory));
  } else {
    const training = await motionStep(component, parameters, latents, tokens, {
      variant,
      memory,
      ...options,
    });
    const state = adamWState(parameters);
    const batch = { noisy: normal(latents), target: normal(latents), timesteps: [500], context };
    step = async () => {
      await training.run(batch);
      const scale = clipScale(gradientNorm(training.gradients), 1);
      adamWStep(parameters, training.gradients, state, 1e-5, adamWDefaults, scale);
    };
    dispose = () => training.dispose();
    // Recomputed values are not counted twice: the fraction is of useful work.
    flops = trainingCost(component, latents, tokens, { variant, rank }).flops;
    const cost = trainingCost(component, latents, tokens, { variant, memory, rank });
    ({ flops: allFlops, bytes: estimatedBytes } = cost);
  }
  const compileSeconds = (performance.now() - compiling) / 1000;
  await step();
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    await step();
    times.push((performance.now() - start) / 1000);
  }
  await dispose();
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  const after = await measureSpeed(device);
  const seconds = Math.min(...times);
  const matmul = Math.max(before.matmul, after.matmul);
  const convolution = Math.max(before.convolution, after.convolution);
  const fraction = flops / seconds / Math.max(matmul, convolution);
  return {
    name,
    seconds,
    flops,
    allFlops,
    matmul,
    convolution,
    fraction,
    peakBytes,
    estimatedBytes,
    compileSeconds,
  };
}

/** Configuration of an image U-Net of Stable Diffusion 1.x's kind. */
function unetConfig({ widths, heads, context }: Architecture): UNetConfig {
  const last = widths.length - 1;
  return unetConfigSchema.parse({
    in_channels: 4,
    out_channels: 4,
    block_out_channels: widths,
    layers_per_block: 2,
    down_block_types: widths.map((_, i) => (i < last || last === 1 ? 'CrossAttnDownBlock2D' : 'DownBlock2D')),
    up_block_types: widths.map((_, i) => (i > 0 || last === 1 ? 'CrossAttnUpBlock2D' : 'UpBlock2D')),
    attention_head_dim: heads,
    cross_attention_dim: context,
    norm_num_groups: 32,
  });
}

type Architecture = Pick<BenchCase, 'widths' | 'heads' | 'context' | 'dtype' | 'precision'>;

const weightsIn = (folder: string) => join(folder, 'unet.safetensors');

/** Equal for cases with the same weights. */
export function weightsKey({ widths, heads, context, dtype, precision }: Architecture): string {
  return JSON.stringify([widths, heads, context, dtype, precision]);
}

/** Writes random weights of a case's U-Net to `folder`. */
export async function writeWeights(architecture: Architecture, folder: string): Promise<void> {
  const config = unetConfig(architecture);
  const shapes = weightsTakenBy((w) =>
    unet(w, config, {
      latents: input('latents', [1, 4, 8, 8]),
      sinusoids: input('sinusoids', [1, timestepWidth(config)]),
      context: input('context', [1, tokens, config.cross_attention_dim]),
    }),
  );
  const random = randomStream(0, 'bench weights');
  const tensors = [...shapes].map(([name, shape]) => {
    const data = random.normals(sizeOf(shape));
    const spread = shape.length === 1 ? 0.02 : 1 / Math.sqrt(sizeOf(shape.slice(1)));
    const offset = /norm.*weight$/.test(name) ? 1 : 0;
    for (let i = 0; i < data.length; i++) data[i] = offset + data[i]! * spread;
    return [name, floats(data, shape)] as const;
  });
  await writeSafetensors(weightsIn(folder), tensors, {}, { dtype: architecture.dtype ?? 'float32' });
  // So that making the integers is no part of what is measured.
  if (architecture.precision === 'int8')
    await int8Weights((await randomUNet(architecture, folder)).weights, folder);
}

/** The U-Net whose weights are in `folder`. */
async function randomUNet(architecture: Architecture, folder: string): Promise<Component<UNetConfig>> {
  return { config: unetConfig(architecture), weights: await openWeightFile(weightsIn(folder)) };
}
