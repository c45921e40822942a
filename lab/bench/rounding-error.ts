/** @file How far predictions in 8 bits are from those in f32, on a base of any size, also one with random weights. */
import { randomStream } from '../../src/diffusion/random.ts';
import { type FloatTensor, floats, type Shape, sizeOf } from '../../src/graph/host-tensor.ts';
import type { Size } from '../../src/media/size.ts';
import { type BaseModel, openBaseModel } from '../../src/models/base-model.ts';
import { vaeFactor } from '../../src/models/configs.ts';
import { inPrecision } from '../../src/models/precision.ts';
import { videoPredictor } from '../../src/motion/predictor.ts';
import type { TrainedMotion } from '../../src/motion/trained-motion.ts';
import { motionVariants } from '../../src/motion/variant.ts';
import type { MemoryMode } from '../../src/runtime/memory-mode.ts';
import { initialState, motionValues } from '../../src/training/state.ts';

/** The prediction to compare. */
export interface RoundingQuestion extends Size {
  readonly base: string;
  readonly frames: number;
  readonly memory: MemoryMode;
}

/** The exact one first. */
const compared = ['f32', 'int8'] as const;

/** Timesteps of a thousand: little, half, and much noise. */
const timesteps = [100, 500, 900];

/**
 * At each timestep, the mean absolute difference of a prediction in 8 bits from that in f32, as a fraction of the mean
 * absolute value; for noise as latents, random text states, and a motion that was not trained yet.
 */
export async function roundingErrors(question: RoundingQuestion): Promise<Map<number, number>> {
  const base = await openBaseModel(question.base);
  const predicted: FloatTensor[][] = [];
  for (const precision of compared) {
    predicted.push(await predictions(await inPrecision(base, precision, 'cpu'), question));
  }
  const [exact, rounded] = predicted as [FloatTensor[], FloatTensor[]];
  return new Map(timesteps.map((t, i) => [t, relativeError(rounded[i]!.data, exact[i]!.data)]));
}

async function predictions(base: BaseModel, { frames, width, height, memory }: RoundingQuestion) {
  const { unet, vae, tokenizer } = base;
  const factor = vaeFactor(vae.config);
  const shape = [1, unet.config.in_channels, frames, height / factor, width / factor];
  const tokens = tokenizer.maxLength;
  const motion = await untrained(base);
  const predictor = await videoPredictor(unet, () => motion, shape, tokens, { memory });
  const latents = noise('latents', shape);
  const text = noise('text', [1, tokens, unet.config.cross_attention_dim]);
  const found: FloatTensor[] = [];
  for (const t of timesteps) found.push(await predictor.predict(latents, [t], text));
  await predictor.dispose();
  return found;
}

async function untrained({ unet }: BaseModel): Promise<TrainedMotion> {
  const variant = motionVariants.lamp;
  const state = await initialState(unet, { variant, seed: 0, averageDecay: 0, temporalBias: 'zeros' });
  return { variant, values: motionValues(state) };
}

function noise(name: string, shape: Shape): FloatTensor {
  return floats(randomStream(0, name).normals(sizeOf(shape)), shape);
}

/** Mean absolute difference of `found` from `exact`, as a fraction of the mean absolute value of `exact`. */
export function relativeError(found: Float32Array, exact: Float32Array): number {
  let [difference, size] = [0, 0];
  for (const [i, value] of exact.entries()) {
    difference += Math.abs(found[i]! - value);
    size += Math.abs(value);
  }
  return difference / size;
}
