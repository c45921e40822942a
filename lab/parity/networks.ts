/** @file Parity of the networks' forward passes. */
import { join } from 'node:path';
import { openWeightFile } from '../../src/checkpoints/weight-file.ts';
import { type FloatTensor, floats, type IntTensor, type Shape, sizeOf } from '../../src/graph/host-tensor.ts';

import { input, type Tensor } from '../../src/graph/tensor.ts';
import type { UNetConfig } from '../../src/models/configs.ts';
import {
  encodeIds,
  imagePredictor,
  type NoisePredictor,
  pictureDecoder,
  pictureEncoder,
  sampleLatents,
} from '../../src/models/programs.ts';
import { timestepSinusoids } from '../../src/models/time-embedding.ts';
import { videoWeights } from '../../src/motion/motion-parameters.ts';
import { videoPredictor } from '../../src/motion/predictor.ts';
import { motionVariants } from '../../src/motion/variant.ts';
import { toVideos, videoUNet } from '../../src/motion/video-unet.ts';
import type { MemoryMode } from '../../src/runtime/memory-mode.ts';
import { compile } from '../../src/runtime/program.ts';
import type { Fixture } from '../../src/testing/fixture.ts';
import { Comparison } from './compare.ts';
import { openFixtureBase, openFixtureVideoUNet, untouched } from './models.ts';

const forward = 1e-4;

/** Prompts → token ids, exactly. */
export async function checkTokenizer(folder: string, { json, outputs }: Fixture): Promise<Comparison> {
  const comparison = new Comparison();
  const { tokenizer } = await openFixtureBase(folder);
  const ids = (json as { prompts: string[] }).prompts.map((prompt) => tokenizer.encode(prompt));
  const data = BigInt64Array.from(ids.flat(), BigInt);
  comparison.exact(
    'ids',
    { dtype: 'int64', shape: [ids.length, ids[0]!.length], data },
    outputs.get('ids_ftfy'),
  );
  return comparison;
}

/** Token ids → text states. */
export async function checkTextEncoder(
  folder: string,
  { inputs, outputs }: Fixture,
  memory: MemoryMode,
): Promise<Comparison> {
  const comparison = new Comparison();
  const { textEncoder } = await openFixtureBase(folder);
  const states = await encodeIds(textEncoder, inputs.get('input_ids') as IntTensor, { memory, small: 0 });
  comparison.absolute('last_hidden_state', states, outputs.get('last_hidden_state'), forward);
  return comparison;
}

/** Pictures → posterior, sample, reconstruction. */
export async function checkVae(
  folder: string,
  { inputs, outputs }: Fixture,
  memory: MemoryMode,
): Promise<Comparison> {
  const comparison = new Comparison();
  const { vae } = await openFixtureBase(folder);
  const pictures = inputs.get('pixel_values') as FloatTensor;
  const latents = inputs.get('z_scaled') as FloatTensor;
  const noise = inputs.get('eps') as FloatTensor;
  const size = { height: pictures.shape[2]!, width: pictures.shape[3]! };
  const encoder = await pictureEncoder(vae, size, { memory, small: 0 });
  const decoder = await pictureDecoder(vae, size, { memory, small: 0 });
  const all: Record<string, FloatTensor[]> = {};
  const keep = (name: string, value: FloatTensor) => {
    all[name] = [...(all[name] ?? []), value];
  };
  for (let i = 0; i < pictures.shape[0]!; i++) {
    const posterior = await encoder.encode(row(pictures, i));
    const clamped = posterior.logVariance.data.map((value) => Math.min(20, Math.max(-30, value)));
    keep('mean', posterior.mean);
    keep('logvar', floats(clamped, posterior.mean.shape));
    keep('std', posterior.deviation);
    keep('sample', sampleLatents(posterior, row(noise, i).data, 1));
    keep('latents_scaled', sampleLatents(posterior, row(noise, i).data, vae.config.scaling_factor));
    const decoded = await decoder.decode(row(latents, i));
    keep('decoded', decoded);
    const clipped = decoded.data.map((value) => Math.min(1, Math.max(0, value / 2 + 0.5)));
    keep('decoded_01', floats(clipped, decoded.shape));
  }
  for (const [name, rows] of Object.entries(all)) {
    const data = Float32Array.from(rows.flatMap((value) => [...value.data]));
    comparison.absolute(name, floats(data), outputs.get(name), forward);
  }
  await encoder.dispose();
  await decoder.dispose();
  return comparison;
}

/** The image U-Net at several shapes. */
export async function checkImageUNet(
  folder: string,
  fixture: Fixture,
  memory: MemoryMode,
): Promise<Comparison> {
  const { unet } = await openFixtureBase(folder);
  return checkCases(fixture, (shape, tokens) =>
    imagePredictor(unet, shape as [number, number, number, number], tokens, { memory }),
  );
}

/** The video U-Net with untrained temporal layers on the image model's weights. */
export async function checkInitialVideoUNet(
  folder: string,
  fixture: Fixture,
  memory: MemoryMode,
): Promise<Comparison> {
  const { unet } = await openFixtureBase(folder);
  const added = await openWeightFile(join(folder, 'unet3d_init_temporal.safetensors'));
  const values = new Map<string, FloatTensor>();
  for (const name of added.shapes.keys()) values.set(name, (await added.file.read(name)) as FloatTensor);
  const motion = { variant: motionVariants.lamp, values };
  return checkCases(fixture, (shape, tokens) =>
    videoPredictor(unet, () => motion, shape, tokens, { memory }),
  );
}

/** The video U-Net with random temporal weights in the reference's own layout. */
export async function checkVideoUNet(
  folder: string,
  fixture: Fixture,
  memory: MemoryMode,
): Promise<Comparison> {
  const unet = await openFixtureVideoUNet(folder);
  return checkCases(fixture, (shape, tokens) =>
    videoPredictor(unet, () => untouched, shape, tokens, { memory }),
  );
}

/** Outputs of individual parts of the video U-Net. */
export async function checkActivations(folder: string, { inputs, outputs }: Fixture): Promise<Comparison> {
  const comparison = new Comparison();
  const { config, weights } = await openFixtureVideoUNet(folder);
  const { values, symbols } = givenInputs(config, inputs);
  const frames = symbols.latents.shape[2]!;
  const watched = new Map<string, Tensor>();
  videoUNet(videoWeights(weights), config, symbols, {
    variant: motionVariants.lamp,
    watch: (name, value) => watched.set(name, value.shape.length === 4 ? toVideos(value, frames) : value),
  });
  // Here the temporal attention is part of a layer, and the order of its pixels and frames is the reverse.
  const program = await compile(Object.fromEntries([...watched].filter(([name]) => outputs.has(name))));
  const found = await program.run(values);
  for (const [name, expected] of outputs) {
    if (name.endsWith('.attn_temp')) continue;
    if (!found[name]) throw new Error(`no part is named "${name}"`);
    comparison.absolute(name, found[name], expected, forward);
  }
  await program.dispose();
  return comparison;
}

/** Runs every case (`a.sample`, `a.timestep`, `a.context`, …) of a fixture. */
async function checkCases(
  { inputs, outputs }: Fixture,
  open: (latents: Shape, tokens: number) => Promise<NoisePredictor>,
): Promise<Comparison> {
  const comparison = new Comparison();
  for (const name of outputs.keys()) {
    const { latents, timesteps, context } = givenCase(name.replace(/sample$/, ''), inputs);
    const predictor = await open(latents.shape, context.shape[1]!);
    const sample = await predictor.predict(latents, timesteps, context);
    comparison.absolute(name, sample, outputs.get(name), forward);
    await predictor.dispose();
  }
  return comparison;
}

function givenCase(prefix: string, inputs: Fixture['inputs']) {
  const latents = inputs.get(`${prefix}sample`) as FloatTensor;
  const context = inputs.get(`${prefix}context`) as FloatTensor;
  const given = Array.from(inputs.get(`${prefix}timestep`)!.data, Number);
  const timesteps = Array.from({ length: latents.shape[0]! }, (_, i) => given[given.length === 1 ? 0 : i]!);
  return { latents, timesteps, context };
}

function givenInputs(config: UNetConfig, inputs: Fixture['inputs']) {
  const { latents, timesteps, context } = givenCase('', inputs);
  const sinusoids = timestepSinusoids(config, timesteps);
  return {
    values: { latents, context, sinusoids },
    symbols: {
      latents: input('latents', latents.shape),
      sinusoids: input('sinusoids', sinusoids.shape),
      context: input('context', context.shape),
    },
  };
}

function row(tensor: FloatTensor, index: number): FloatTensor {
  const size = sizeOf(tensor.shape.slice(1));
  return floats(tensor.data.subarray(index * size, (index + 1) * size), [1, ...tensor.shape.slice(1)]);
}
