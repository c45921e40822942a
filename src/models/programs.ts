/**
 * @file The image model's networks, compiled: images ↔ latents, noise prediction. (Prompts: see `text-states.ts`.)
 */

import type { WeightFile } from '../checkpoints/weight-file.ts';
import { type FloatTensor, floats, type Shape, sizeOf } from '../graph/host-tensor.ts';
import { input, type Tensor } from '../graph/tensor.ts';
import { Weights } from '../graph/weights.ts';
import type { Size } from '../media/size.ts';
import { compileChain } from '../runtime/chain-program.ts';
import type { MemoryMode } from '../runtime/memory-mode.ts';
import { type CompileOptions, compile, type Program } from '../runtime/program.ts';
import { splitBatch } from '../runtime/split-batch.ts';
import { compileNetwork, type NetworkOptions } from './compile-network.ts';
import { type Component, withCheckpoint } from './component.ts';
import { addedWidths, type UNetConfig, type VaeConfig, vaeFactor } from './configs.ts';
import { assertFinite } from './finite.ts';
import type { TextStates } from './text-states.ts';
import { addedConditions, timestepSinusoids, timestepWidth } from './time-embedding.ts';
import { unet } from './unet.ts';
import { decode, decodeInStripes, encode, encodeInStripes } from './vae.ts';

export type { NetworkOptions } from './compile-network.ts';
export { encodeIds, encodePrompts, type TextStates } from './text-states.ts';

/** The posterior of one image's latents: mean and standard deviation, `[1, c, h, w]` each, not scaled. */
export interface LatentPosterior {
  readonly mean: FloatTensor;
  readonly deviation: FloatTensor;
  /** The network's output, before clamping. */
  readonly logVariance: FloatTensor;
}

/** Encodes images of one size. */
export interface PictureEncoder {
  /** One image `[1, 3, H, W]` in −1…1. */
  encode(picture: FloatTensor): Promise<LatentPosterior>;
  dispose(): Promise<void>;
}

/** Compiles the VAE's encoder for one image size. With little memory it runs in stripes (`stripes.ts`). */
export async function pictureEncoder(
  { config, weights }: Component<VaeConfig>,
  { width, height }: Size,
  options?: NetworkOptions,
): Promise<PictureEncoder> {
  const graph = (build: typeof encode) =>
    withCheckpoint(weights, () => ({
      ...build(new Weights(weights.find), config, input('picture', [1, config.in_channels, height, width])),
    }));
  const program = await compileNetwork(graph(encode), () => graph(encodeInStripes), options);
  return {
    async encode(picture) {
      const found = (await program.run({ picture })) as Record<'mean' | 'logVariance', FloatTensor>;
      await assertFinite(found.mean, "the VAE's encoder", weights);
      const deviation = found.logVariance.data.map((value) =>
        Math.exp(0.5 * Math.min(20, Math.max(-30, value))),
      );
      return { ...found, deviation: floats(deviation, found.mean.shape) };
    },
    dispose: () => program.dispose(),
  };
}

/** `mean + deviation · noise`: a sample of the posterior, scaled for the U-Net. */
export function sampleLatents(
  { mean, deviation }: Pick<LatentPosterior, 'mean' | 'deviation'>,
  noise: Float32Array,
  scalingFactor: number,
): FloatTensor {
  const sample = mean.data.map((value, i) => scalingFactor * (value + deviation.data[i]! * noise[i]!));
  return floats(sample, mean.shape);
}

/** Decodes latents of one size. */
export interface PictureDecoder {
  /** Scaled latents of one image `[1, c, h, w]` → the image `[1, 3, H, W]`, about −1…1. */
  decode(latents: FloatTensor): Promise<FloatTensor>;
  dispose(): Promise<void>;
}

/** Compiles the VAE's decoder for one image size. With little memory it runs in stripes (`stripes.ts`). */
export async function pictureDecoder(
  { config, weights }: Component<VaeConfig>,
  { width, height }: Size,
  options?: NetworkOptions,
): Promise<PictureDecoder> {
  const factor = vaeFactor(config);
  const shape = [1, config.latent_channels, height / factor, width / factor];
  const graph = (build: typeof decode) =>
    withCheckpoint(weights, () => ({
      picture: build(new Weights(weights.find), config, input('latents', shape)),
    }));
  const program = await compileNetwork(graph(decode), () => graph(decodeInStripes), options);
  return {
    async decode(latents) {
      const plain = latents.data.map((value) => value / config.scaling_factor);
      const found = (await program.run({ latents: floats(plain, shape) })).picture as FloatTensor;
      await assertFinite(found, "the VAE's decoder", weights);
      return found;
    },
    dispose: () => program.dispose(),
  };
}

/** Predicts noise (or velocity) from noisy latents. */
export interface NoisePredictor {
  /** `latents`, `timesteps` (one per sample) and text states → a prediction with the shape of the latents. */
  predict(latents: FloatTensor, timesteps: readonly number[], context: TextStates): Promise<FloatTensor>;
  dispose(): Promise<void>;
}

/**
 * Compiles the image U-Net for latents `[n, c, h, w]` and text states of `tokens` tokens. `picture` is the size in
 * pixels, a condition of Stable Diffusion XL's U-Net. With `memory: 'low'` the images of a batch run one after the
 * other; so do those of any batch if n = 1.
 */
export async function imagePredictor(
  { config, weights }: Component<UNetConfig>,
  latentShape: readonly [number, number, number, number],
  tokens: number,
  {
    picture,
    memory = 'fast',
    ...options
  }: CompileOptions & { readonly picture?: Size; readonly memory?: MemoryMode } = {},
): Promise<NoisePredictor> {
  const low = memory === 'low';
  const [n, ...image] = [low ? 1 : latentShape[0], ...latentShape.slice(1)];
  const added = addedWidths(config);
  if (added && !picture) throw new RangeError('this U-Net takes the size of the picture; none is given');
  const component = { config, weights, find: weights.find };
  const outputs = pictureGraph(component, [n!, ...image], tokens, { recompute: low });
  const toldBesides = ({ pooled }: TextStates): Record<string, FloatTensor> =>
    added && picture ? { added: addedConditions(config, pooled, picture) } : {};
  const compiled = await (low ? compileChain({ outputs }, options) : compile(outputs, options));
  const program = low || latentShape[0] === 1 ? splitBatch(compiled, () => false) : compiled;
  return noisePredictor({ config, weights }, program, toldBesides);
}

/**
 * An image U-Net's prediction for latents `[n, c, h, w]`, whose weights `find` gives; with `recompute`, in regions.
 * Throws `CheckpointError` for missing weights.
 */
export function pictureGraph(
  { config, weights, find }: Component<UNetConfig> & Pick<WeightFile, 'find'>,
  latentShape: Shape,
  tokens: number,
  options: { readonly recompute?: boolean } = {},
): { readonly prediction: Tensor } {
  const [n] = latentShape as [number];
  const added = addedWidths(config);
  const prediction = withCheckpoint(weights, () =>
    unet(
      new Weights(find),
      config,
      {
        latents: input('latents', latentShape),
        sinusoids: input('sinusoids', [n, timestepWidth(config)]),
        context: input('context', [n, tokens, config.cross_attention_dim]),
        added: added && input('added', [n, added.all]),
      },
      options,
    ),
  );
  return { prediction };
}

/** Inputs of every U-Net: latents, sinusoidal timestep embeddings, and text states. */
export const predictionInputs = (
  config: UNetConfig,
  latents: FloatTensor,
  timesteps: readonly number[],
  context: TextStates,
): Record<string, FloatTensor> => ({ latents, sinusoids: timestepSinusoids(config, timesteps), context });

/**
 * A predictor that runs a program with inputs `latents`, `sinusoids`, `context` and `more`, and output `prediction`.
 */
export function noisePredictor(
  { config, weights }: Component<UNetConfig>,
  program: Program,
  more: (context: TextStates, timesteps: readonly number[]) => Record<string, FloatTensor> = () => ({}),
): NoisePredictor {
  return {
    async predict(latents, timesteps, context) {
      const inputs = {
        ...predictionInputs(config, latents, timesteps, context),
        ...more(context, timesteps),
      };
      const found = (await program.run(inputs)).prediction as FloatTensor;
      await assertFinite(found, 'the U-Net', weights);
      return found;
    },
    dispose: () => program.dispose(),
  };
}

/** Elements of one sample of a batch. */
export function sampleSize(tensor: FloatTensor): number {
  return sizeOf(tensor.shape.slice(1));
}
