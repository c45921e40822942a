/** @file Parity of training: loss, gradients, optimiser. */
import { join } from 'node:path';
import { openWeightFile, type WeightFile } from '../../src/checkpoints/weight-file.ts';
import { readNoiseSchedule } from '../../src/diffusion/noise-schedule.ts';
import { type FloatTensor, floats } from '../../src/graph/host-tensor.ts';
import type { Component } from '../../src/models/base-model.ts';
import type { UNetConfig } from '../../src/models/configs.ts';
import { motionVariants } from '../../src/motion/variant.ts';
import type { MemoryMode } from '../../src/runtime/memory-mode.ts';
import type { Fixture } from '../../src/testing/fixture.ts';
import { adamWDefaults, adamWState, adamWStep, clipScale, gradientNorm } from '../../src/training/adamw.ts';
import { noisedVideos } from '../../src/training/data/noising.ts';
import { type MotionStep, motionStep } from '../../src/training/motion-step.ts';
import { ParameterSet } from '../../src/training/parameter-set.ts';
import { Comparison } from './compare.ts';
import { openFixtureBase, openFixtureVideoUNet } from './models.ts';

const gradientTolerance = 1e-3;

interface Trainable {
  readonly trainable: readonly string[];
}

/** Loss and gradients at random temporal weights (ε, then v), or at the initial ones. */
export async function checkGradients(
  folder: string,
  fixture: Fixture,
  memory: MemoryMode,
): Promise<Comparison> {
  const { inputs, outputs } = fixture;
  const comparison = new Comparison();
  const initial = 'exactly_zero_gradients' in (fixture.json as object);
  const setup = await prepare(folder, fixture, initial, memory);
  for (const [prefix, suffix, vPrediction] of [
    ['', inputs.has('latents0') ? '0' : '', false],
    ['vpred.', '', true],
  ] as const) {
    if (!outputs.has(`${prefix}loss`)) continue;
    const { noisy, loss } = await setup.run(inputs, prefix, suffix, vPrediction);
    comparison.absolute(
      `${prefix}loss`,
      floats(Float32Array.of(loss)),
      outputs.get(`${prefix}loss`),
      Number.POSITIVE_INFINITY,
    );
    comparison.relative(`${prefix}loss`, floats(Float32Array.of(loss)), outputs.get(`${prefix}loss`), 1e-4);
    if (prefix === '' && outputs.has('noisy_latents')) {
      comparison.absolute('noisy_latents', noisy, outputs.get('noisy_latents'), 1e-4);
    }
    const norm = gradientNorm(setup.step.gradients);
    comparison.relative(
      `${prefix}grad_norm`,
      floats(Float32Array.of(norm)),
      outputs.get(`${prefix}grad_norm`),
      gradientTolerance,
    );
    const norms = outputs.get(`${prefix}grad_norms`);
    for (const [i, name] of (fixture.json as Trainable).trainable.entries()) {
      const found = setup.step.gradients.views.get(name);
      if (!found) throw new Error(`"${name}" is not among the trained parameters`);
      const expected = outputs.get(`grad.${name}`);
      if (prefix === '' && expected) comparison.relative(`grad.${name}`, found, expected, gradientTolerance);
      if (norms) {
        const length = Math.sqrt(found.data.reduce((sum, value) => sum + value * value, 0));
        const reference = floats(Float32Array.of(norms.data[i] as number));
        comparison.relative(
          `${prefix}grad_norms ${name}`,
          floats(Float32Array.of(length)),
          reference,
          gradientTolerance,
        );
      }
    }
  }
  await setup.step.dispose();
  return comparison;
}

interface OptimiserRun extends Trainable {
  readonly lr?: number;
  readonly learning_rate?: number;
  readonly max_grad_norm?: number;
}

/** Three steps of AdamW with clipping. */
export async function checkOptimiser(
  folder: string,
  fixture: Fixture,
  memory: MemoryMode,
): Promise<Comparison> {
  const { inputs, outputs } = fixture;
  const json = fixture.json as OptimiserRun;
  const comparison = new Comparison();
  const setup = await prepare(folder, fixture, false, memory);
  const { parameters, step } = setup;
  const start = parameters.flat.slice();
  const state = adamWState(parameters);
  const losses: number[] = [];
  const norms: number[] = [];
  const probe = outputs.get('param_probe') as FloatTensor;
  const width = probe.shape[2]!;
  const [foundProbe, foundDelta]: number[][] = [[], []];
  for (let i = 0; inputs.has(`latents${i}`); i++) {
    losses.push((await setup.run(inputs, '', `${i}`, false)).loss);
    const norm = gradientNorm(step.gradients);
    norms.push(norm);
    const scale = clipScale(norm, json.max_grad_norm ?? 1);
    adamWStep(parameters, step.gradients, state, (json.lr ?? json.learning_rate)!, adamWDefaults, scale);
    for (const name of json.trainable) {
      const { data } = parameters.views.get(name)!;
      for (let k = 0; k < width; k++) foundProbe!.push(data[k] ?? 0);
      const offset = (data.byteOffset - parameters.flat.byteOffset) / 4;
      foundDelta!.push(Math.sqrt(data.reduce((sum, value, k) => sum + (value - start[offset + k]!) ** 2, 0)));
    }
  }
  comparison.relative('losses', floats(Float32Array.from(losses)), outputs.get('losses'), 1e-3);
  comparison.relative(
    'grad_norms_before_clip',
    floats(Float32Array.from(norms)),
    outputs.get('grad_norms_before_clip'),
    1e-3,
  );
  comparison.relative('param_probe', floats(Float32Array.from(foundProbe!)), probe, 1e-3);
  comparison.relative(
    'param_delta_l2',
    floats(Float32Array.from(foundDelta!)),
    outputs.get('param_delta_l2'),
    1e-3,
  );
  for (const name of json.trainable) {
    const expected = outputs.get(`param_after3.${name}`);
    if (expected) comparison.relative(`param_after3.${name}`, parameters.views.get(name)!, expected, 1e-3);
  }
  await step.dispose();
  return comparison;
}

interface Prepared {
  readonly parameters: ParameterSet;
  readonly step: MotionStep;
  run(
    inputs: Fixture['inputs'],
    prefix: string,
    suffix: string,
    vPrediction: boolean,
  ): Promise<{ loss: number; noisy: FloatTensor }>;
}

async function prepare(
  folder: string,
  fixture: Fixture,
  initial: boolean,
  memory: MemoryMode,
): Promise<Prepared> {
  const base = await openFixtureBase(folder);
  const unet = initial ? base.unet : await openFixtureVideoUNet(folder);
  const added = initial
    ? await openWeightFile(join(folder, 'unet3d_init_temporal.safetensors'))
    : unet.weights;
  const parameters = await readParameters(unet, added, (fixture.json as Trainable).trainable);
  const schedule = await readNoiseSchedule(base.schedulerConfig);
  const context = fixture.inputs.get('context') as FloatTensor;
  const latentsName = ['latents', 'latents0'].find((name) => fixture.inputs.has(name))!;
  const latents = fixture.inputs.get(latentsName) as FloatTensor;
  const step = await motionStep(unet, parameters, latents.shape, context.shape[1]!, {
    variant: motionVariants.lamp,
    memory,
  });
  return {
    parameters,
    step,
    async run(inputs, prefix, suffix, vPrediction) {
      const given = (name: string) => inputs.get(`${prefix}${name}${suffix}`);
      const timesteps = Array.from(given('timesteps')!.data, Number);
      const batch = noisedVideos(
        vPrediction ? { ...schedule, predictionType: 'v_prediction' } : schedule,
        given('latents') as FloatTensor,
        given('noise') as FloatTensor,
        timesteps,
        motionVariants.lamp,
      );
      const loss = await step.run({ ...batch, timesteps, context });
      return { loss, noisy: batch.noisy };
    },
  };
}

/** The trained parameters' values, from the file of added ones or (`attn1.to_q`) from the image model. */
async function readParameters(
  unet: Component<UNetConfig>,
  added: WeightFile,
  names: readonly string[],
): Promise<ParameterSet> {
  const tensors = await Promise.all(
    names.map(async (name) => {
      const file = added.shapes.has(name) ? added.file : unet.weights.file;
      return (await file.read(name)) as FloatTensor;
    }),
  );
  const parameters = new ParameterSet(names.map((name, i) => ({ name, shape: tensors[i]!.shape })));
  for (const [i, name] of names.entries()) parameters.views.get(name)!.data.set(tensors[i]!.data);
  return parameters;
}
