/** @file The image model's networks, compiled: prompts → text states, pictures ↔ latents, noise prediction. */
import { type FloatTensor, floats, type IntTensor, sizeOf } from '../graph/host-tensor.ts';
import { input } from '../graph/tensor.ts';
import { Weights } from '../graph/weights.ts';
import { type CompileOptions, compile, type Program } from '../runtime/program.ts';
import { type BaseModel, type Component, withCheckpoint } from './base-model.ts';
import { type TextEncoderConfig, type UNetConfig, type VaeConfig, vaeFactor } from './configs.ts';
import { textEncoder } from './text-encoder.ts';
import { timestepWaves, timestepWidth } from './time-embedding.ts';
import { unet } from './unet.ts';
import { decode, encode } from './vae.ts';

/** Height and width in pixels, or in latents where said so. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Text states `[prompts, tokens, hidden_size]` of prompts, for the U-Net to attend to. */
export async function encodePrompts(
  base: Pick<BaseModel, 'textEncoder' | 'tokenizer'>,
  prompts: readonly string[],
  options?: CompileOptions,
): Promise<FloatTensor> {
  const rows = prompts.map((prompt) => base.tokenizer.encode(prompt));
  const ids: IntTensor = {
    dtype: 'int64',
    shape: [rows.length, rows[0]!.length],
    data: BigInt64Array.from(rows.flat(), BigInt),
  };
  return encodeIds(base.textEncoder, ids, options);
}

/** Text states of token ids `[b, n]`. */
export async function encodeIds(
  { config, weights }: Component<TextEncoderConfig>,
  ids: IntTensor,
  options?: CompileOptions,
): Promise<FloatTensor> {
  const states = withCheckpoint(weights, () =>
    textEncoder(new Weights(weights.find), config, input('ids', ids.shape, 'int64')),
  );
  const program = await compile({ states }, options);
  try {
    return (await program.run({ ids })).states as FloatTensor;
  } finally {
    await program.dispose();
  }
}

/** The posterior of latents for one picture: mean and standard deviation, `[1, c, h, w]` each, not scaled. */
export interface LatentPosterior {
  readonly mean: FloatTensor;
  readonly deviation: FloatTensor;
  /** As the network gave it, before the clamp. */
  readonly logVariance: FloatTensor;
}

/** Encodes pictures of one size. */
export interface PictureEncoder {
  /** One picture `[1, 3, H, W]` in −1…1. */
  encode(picture: FloatTensor): Promise<LatentPosterior>;
  dispose(): Promise<void>;
}

/** Compiles the VAE's encoder for one picture size. */
export async function pictureEncoder(
  { config, weights }: Component<VaeConfig>,
  { width, height }: PictureSize,
  options?: CompileOptions,
): Promise<PictureEncoder> {
  const { mean, logVariance } = withCheckpoint(weights, () =>
    encode(new Weights(weights.find), config, input('picture', [1, config.in_channels, height, width])),
  );
  const program = await compile({ mean, logVariance }, options);
  return {
    async encode(picture) {
      const found = (await program.run({ picture })) as Record<'mean' | 'logVariance', FloatTensor>;
      const deviation = found.logVariance.data.map((value) =>
        Math.exp(0.5 * Math.min(20, Math.max(-30, value))),
      );
      return { ...found, deviation: floats(deviation, found.mean.shape) };
    },
    dispose: () => program.dispose(),
  };
}

/** `mean + deviation · noise`: a sample of the posterior, scaled as the U-Net wants it. */
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
  /** Scaled latents of one picture `[1, c, h, w]` → the picture `[1, 3, H, W]`, about −1…1. */
  decode(latents: FloatTensor): Promise<FloatTensor>;
  dispose(): Promise<void>;
}

/** Compiles the VAE's decoder for one picture size. */
export async function pictureDecoder(
  { config, weights }: Component<VaeConfig>,
  { width, height }: PictureSize,
  options?: CompileOptions,
): Promise<PictureDecoder> {
  const factor = vaeFactor(config);
  const shape = [1, config.latent_channels, height / factor, width / factor];
  const picture = withCheckpoint(weights, () =>
    decode(new Weights(weights.find), config, input('latents', shape)),
  );
  const program = await compile({ picture }, options);
  return {
    async decode(latents) {
      const plain = latents.data.map((value) => value / config.scaling_factor);
      return (await program.run({ latents: floats(plain, shape) })).picture as FloatTensor;
    },
    dispose: () => program.dispose(),
  };
}

/** Predicts noise (or velocity) from noisy latents. */
export interface NoisePredictor {
  /** `latents`, `timesteps` (one per sample) and text states → a prediction of the latents' shape. */
  predict(latents: FloatTensor, timesteps: readonly number[], context: FloatTensor): Promise<FloatTensor>;
  dispose(): Promise<void>;
}

/** Compiles the image U-Net for latents `[n, c, h, w]` and text states of `tokens` tokens. */
export async function imagePredictor(
  { config, weights }: Component<UNetConfig>,
  latentShape: readonly [number, number, number, number],
  tokens: number,
  options?: CompileOptions,
): Promise<NoisePredictor> {
  const [n] = latentShape;
  const prediction = withCheckpoint(weights, () =>
    unet(new Weights(weights.find), config, {
      latents: input('latents', latentShape),
      waves: input('waves', [n, timestepWidth(config)]),
      context: input('context', [n, tokens, config.cross_attention_dim]),
    }),
  );
  return noisePredictor(config, await compile({ prediction }, options));
}

/** A predictor that runs a program with inputs `latents`, `waves`, `context` and output `prediction`. */
export function noisePredictor(
  config: UNetConfig,
  program: Program,
  more: () => Record<string, FloatTensor> = () => ({}),
): NoisePredictor {
  return {
    async predict(latents, timesteps, context) {
      const inputs = { latents, waves: timestepWaves(config, timesteps), context, ...more() };
      return (await program.run(inputs)).prediction as FloatTensor;
    },
    dispose: () => program.dispose(),
  };
}

/** Elements of one sample of a batch. */
export function sampleSize(tensor: FloatTensor): number {
  return sizeOf(tensor.shape.slice(1));
}
