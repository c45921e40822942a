/**
 * @file What a device must be able to do before anyone relies on it: the checks that `npm run bench -- --gpu-report`
 * makes, each against the processor.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomStream } from '../../src/diffusion/random.ts';
import { lossGradients } from '../../src/graph/differentiate.ts';
import { exampleInputs, exampleNumbers } from '../../src/graph/example-inputs.ts';
import { floats, type HostTensor, sizeOf } from '../../src/graph/host-tensor.ts';
import { allOperators, applyAll, type Operator } from '../../src/graph/operator.ts';
import { mul, reduceSum } from '../../src/graph/operators/index.ts';
import { constant, type Tensor } from '../../src/graph/tensor.ts';
import { generateVideo, learnMotion } from '../../src/index.ts';
import { type BaseModel, openBaseModel } from '../../src/models/base-model.ts';
import { builtInBase } from '../../src/models/built-in-base.ts';
import { motionParameters } from '../../src/motion/motion-parameters.ts';
import { videoPredictor } from '../../src/motion/predictor.ts';
import { motionVariants } from '../../src/motion/variant.ts';
import { type DeviceName, parseDevice } from '../../src/runtime/devices.ts';
import { holdsValue } from '../../src/runtime/largest-value.ts';
import { leftToProcessor, uncomputedOperators } from '../../src/runtime/processor-share.ts';
import { compile } from '../../src/runtime/program.ts';
import { readMetrics } from '../../src/training/metrics.ts';
import { motionStep } from '../../src/training/motion-step.ts';
import { ParameterSet } from '../../src/training/parameter-set.ts';
import { psnr } from '../evaluation/quality.ts';

/** How an operator's results and gradients compare with the processor's. */
export interface OperatorCheck {
  readonly name: string;
  /** The largest `‖found − expected‖ / ‖expected‖` of its results and gradients; absent if it failed. */
  readonly difference?: number;
  /** Why it failed. */
  readonly error?: string;
}

/** All operators on a device. */
export interface OperatorsCheck {
  readonly operators: readonly OperatorCheck[];
  /** Those that the device does not compute itself. */
  readonly leftToProcessor: readonly string[];
}

/** A step of training and one of sampling on a tiny network, as relative differences from the processor. */
export interface StepCheck {
  readonly loss: number;
  readonly gradients: number;
  readonly prediction: number;
  /** Operators of these networks that the device left to the processor. */
  readonly leftToProcessor: readonly string[];
}

/** A training and a video, small enough for a minute. */
export interface SmallWork {
  readonly base: string;
  readonly clips: readonly string[];
  readonly prompt: string;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly samplerSteps: number;
}

/** How a small training and a video compare with the processor's. */
export interface WorkCheck {
  /** The loss of each step. */
  readonly losses: readonly number[];
  readonly lossesOnCpu: readonly number[];
  /** Seconds of the fastest step. */
  readonly stepSeconds: number;
  readonly stepSecondsOnCpu: number;
  /** Mean ratio of signal to noise of the video's frames against those made on the processor, in decibels. */
  readonly psnr: number;
  /** With compiling the networks. */
  readonly videoSeconds: number;
  readonly videoSecondsOnCpu: number;
  /** Operators of these networks that the device left to the processor. */
  readonly leftToProcessor: readonly string[];
}

/** Tokens of a prompt in `checkStep`. */
const tokens = 4;

const root = fileURLToPath(new URL('../..', import.meta.url));

/** On the built-in model. */
export const smallWork: SmallWork = {
  base: builtInBase(),
  clips: [join(root, 'assets/demo/clips')],
  prompt: 'a thing runs',
  frames: 8,
  width: 128,
  height: 128,
  steps: 10,
  samplerSteps: 10,
};

/** On a tiny model with random weights, for devices in software. */
export const tinyWork: SmallWork = {
  base: join(root, 'testdata/mini/tiny-sd'),
  clips: ['walk_out_01.mp4', 'walk_out_02.mp4'].map((name) => join(root, 'testdata/clips/walking', name)),
  prompt: 'a person walks',
  frames: 3,
  width: 24,
  height: 16,
  steps: 2,
  samplerSteps: 2,
};

/** Compares every operator that cards are asked for, and its gradients, with the processor, on all its examples. */
export async function checkOperators(device: string): Promise<OperatorsCheck> {
  const name = parseDevice(device);
  const operators: OperatorCheck[] = [];
  for (const operator of allOperators().filter(({ onlyOnCpu }) => !onlyOnCpu)) {
    operators.push({ name: operator.name, ...(await compared(operator, name)) });
  }
  return { operators, leftToProcessor: name === 'cpu' ? [] : await uncomputedOperators(name) };
}

async function compared(operator: Operator, device: DeviceName): Promise<Omit<OperatorCheck, 'name'>> {
  const { graph, values } = exampleGraph(operator);
  const expected = await results(graph, values, 'cpu');
  try {
    const found = await results(graph, values, device);
    const differences = Object.entries(expected).map(([name, value]) => difference(found[name]!, value));
    return { difference: Math.max(...differences) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** All examples of an operator in one graph, with the gradients of a weighted sum of each result. */
function exampleGraph(operator: Operator) {
  const random = exampleNumbers(7);
  const graph: Record<string, Tensor> = {};
  const values: Record<string, HostTensor> = {};
  for (const [i, example] of operator.examples.entries()) {
    const given = exampleInputs(example, random, `example ${i} x`);
    const y = applyAll(operator, given.inputs, example.attributes)[0]!;
    Object.assign(values, given.values);
    graph[`y ${i}`] = y;
    if (operator.gradient === null) continue;
    const weights = Float32Array.from({ length: sizeOf(y.shape) }, () => 2 * random() - 1);
    const loss = reduceSum(mul(y, constant(floats(weights, y.shape))));
    const changing = given.inputs.filter(({ dtype }) => dtype === 'float32');
    for (const [k, gradient] of lossGradients(loss, changing).entries()) graph[`d ${i} ${k}`] = gradient;
  }
  return { graph, values };
}

async function results(
  graph: Readonly<Record<string, Tensor>>,
  values: Readonly<Record<string, HostTensor>>,
  device: DeviceName,
): Promise<Record<string, HostTensor>> {
  const program = await compile(graph, { device });
  try {
    return await program.run(values);
  } finally {
    await program.dispose();
  }
}

/** `‖found − expected‖ / ‖expected‖`; not a number where one of the values is none. */
function difference({ data: found }: HostTensor, { data: expected }: HostTensor): number {
  let [error, size] = [0, 0];
  for (const [i, value] of expected.entries()) {
    error += (Number(found[i]) - Number(value)) ** 2;
    size += Number(value) ** 2;
  }
  return Math.sqrt(error / (size + 1e-12));
}

/**
 * Takes a step of training and one of sampling with LAMP's layers on a tiny network, without text encoder, autoencoder
 * and optimiser, which is what a device in software can do in seconds.
 */
export async function checkStep(device: string): Promise<StepCheck> {
  const name = parseDevice(device);
  const { unet } = await openBaseModel(tinyWork.base);
  // Graphs of other checks in this process, such as examples whose indices are inputs, do not count here.
  const earlier = leftToProcessor(name);
  const expected = await steps(unet, 'cpu');
  const found = await steps(unet, name);
  const compare = (part: keyof typeof found) => difference(floats(found[part]), floats(expected[part]));
  return {
    loss: compare('loss'),
    gradients: compare('gradients'),
    prediction: compare('prediction'),
    leftToProcessor: leftToProcessor(name).filter((left) => !earlier.includes(left)),
  };
}

async function steps(unet: BaseModel['unet'], device: DeviceName) {
  const random = randomStream(0, 'card check');
  const normal = (...shape: number[]) => floats(random.normals(sizeOf(shape)), shape);
  const variant = motionVariants.lamp;
  const parameters = new ParameterSet(motionParameters(unet.weights.shapes, variant));
  for (const { data } of parameters.views.values()) {
    for (const [i, value] of random.normals(data.length).entries()) data[i] = value / 10;
  }
  const width = unet.config.cross_attention_dim;
  const latents = [1, 4, 3, 4, 4];
  const training = await motionStep(unet, parameters, latents, tokens, { variant, device });
  const batch = { noisy: normal(...latents), target: normal(...latents), context: normal(1, tokens, width) };
  const loss = Float32Array.of(await training.run({ ...batch, timesteps: [500] }));
  const gradients = Float32Array.from(
    [...training.gradients.views.values()].flatMap(({ data }) => [...data]),
  );
  await training.dispose();
  const motion = () => ({ variant, values: parameters.views });
  const predictor = await videoPredictor(unet, motion, latents, tokens, { device });
  const { data } = await predictor.predict(batch.noisy, [500], batch.context);
  const prediction = data.slice();
  await predictor.dispose();
  return { loss, gradients, prediction };
}

/** Trains and makes a video with the same seed on the device and on the processor, in new folders below `folder`. */
export async function checkWork(device: string, work: SmallWork, folder: string): Promise<WorkCheck> {
  const name = parseDevice(device);
  const here = await train(name, work, join(folder, 'here'));
  const there = await train('cpu', work, join(folder, 'there'));
  // Both with the motion that the processor learned: what is compared is the making of the video.
  const video = await film(name, work, there.motion);
  const other = await film('cpu', work, there.motion);
  const ratios = video.frames.map((frame, i) => psnr(frame, other.frames[i]!));
  return {
    losses: here.losses,
    lossesOnCpu: there.losses,
    stepSeconds: here.seconds,
    stepSecondsOnCpu: there.seconds,
    psnr: ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length,
    videoSeconds: video.seconds,
    videoSecondsOnCpu: other.seconds,
    leftToProcessor: leftToProcessor(name),
  };
}

async function train(device: DeviceName, { samplerSteps, clips, ...work }: SmallWork, out: string) {
  const { path } = await learnMotion({ ...work, clips: [...clips], out, device, copyPaste: 0 });
  const metrics = await readMetrics(join(out, 'metrics.jsonl'));
  return {
    motion: path,
    losses: metrics.map(({ loss }) => loss),
    seconds: Math.min(...metrics.map(({ seconds }) => seconds)),
  };
}

async function film(device: DeviceName, { base, prompt, samplerSteps }: SmallWork, motion: string) {
  const began = performance.now();
  const drawing = { samplerSteps };
  const { frames } = await generateVideo({ base, motion, prompt, samplerSteps, drawing, device });
  return { frames, seconds: (performance.now() - began) / 1000 };
}

/**
 * Has the device fill, square and sum up a value of so many MiB: what it grants depends on the card, and ONNX Runtime
 * does not say. Throws `RangeError` where it fails or comes to another sum.
 */
export async function checkBuffer(device: string, mebibytes: number): Promise<void> {
  if (await holdsValue(parseDevice(device), mebibytes * 2 ** 20)) return;
  throw new RangeError(`a value of ${mebibytes} MiB cannot be held`);
}
