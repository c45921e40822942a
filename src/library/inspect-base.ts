/** @file Describes base models, and estimates the cost of training a motion on them. */
import { isDeepStrictEqual } from 'node:util';
import type { WeightFile } from '../checkpoints/weight-file.ts';
import { readNoiseSchedule } from '../diffusion/noise-schedule.ts';
import { sizeOf } from '../graph/host-tensor.ts';
import { type BaseModel, type Component, openBaseModel } from '../models/base-model.ts';
import { headsPerBlock, type TextEncoderConfig, vaeFactor } from '../models/configs.ts';
import { assertPictureSize } from '../models/picture-size.ts';
import { outlineInPrecision } from '../models/precision.ts';
import { type MotionVariant, motionVariantNames, motionVariants } from '../motion/variant.ts';
import type { DeviceName } from '../runtime/devices.ts';
import type { MemoryMode } from '../runtime/memory-mode.ts';
import type { Precision } from '../runtime/running-settings.ts';
import { estimatedSeconds, machineCeiling } from '../runtime/work-time.ts';
import { withoutUndefined } from '../settings.ts';
import type { OptimizerName } from '../training/optimiser.ts';
import { trainingCost } from '../training/training-cost.ts';
import { parseSettings, recommendedTraining, type TrainingSettings } from '../training/training-settings.ts';
import { latents, type WhatFits, whatFits } from './what-fits.ts';

/** The training to estimate; omitted settings are those that the base recommends, else the paper's. */
export interface CostQuestion {
  readonly frames?: number | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly batch?: number | undefined;
  readonly accumulation?: number | undefined;
  readonly rank?: number | undefined;
  readonly optimizer?: OptimizerName | undefined;
  readonly device: DeviceName;
  /** Default `f32`. */
  readonly precision?: Precision | undefined;
  /** Bytes for which to answer what fits. */
  readonly forMemory?: number | undefined;
}

/** One network of a base model. */
export interface NetworkFacts {
  readonly parameters: number;
  /** Number formats in its file, such as `float32`, `float16`. */
  readonly dtypes: readonly string[];
}

/** A text encoder of a base model. */
export interface TextEncoderFacts extends NetworkFacts {
  readonly layers: number;
  /** Values per token. */
  readonly width: number;
}

/** Cost of a training step. */
export interface StepCost {
  /** Memory. */
  readonly bytes: number;
  /** Arithmetic operations. */
  readonly flops: number;
  readonly secondsPerStep: number;
}

/** Estimated cost of training a motion on a base model with the settings that it recommends. */
export interface TrainingEstimate {
  readonly estimate: true;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  /** Videos per batch, and batches per step. */
  readonly batch: number;
  readonly accumulation: number;
  /** Name of the variant, or its switches as JSON if it has no name. */
  readonly variant: string;
  /** Low-rank factors; 0: full matrices. */
  readonly rank: number;
  readonly optimizer: OptimizerName;
  readonly precision: Precision;
  /** Trained values. */
  readonly parameters: number;
  /** Cost with `memory: 'fast'`, which keeps all inner values for the backward pass. */
  readonly plain: StepCost;
  /** Cost with `memory: 'balanced'`, which recomputes the inner values of blocks. */
  readonly recomputed: StepCost;
  /** Cost with `memory: 'low'`, which runs one program a block. */
  readonly low: StepCost;
  readonly device: DeviceName;
  /** Measured with large matrix products; half of it is assumed for training. */
  readonly machineFlopsPerSecond: number;
}

/** Description of a base model. */
export interface BaseInspection {
  readonly kind: 'base';
  readonly path: string;
  readonly name: string;
  readonly fingerprint: string;
  readonly unet: NetworkFacts & {
    readonly blockOutChannels: readonly number[];
    readonly layersPerBlock: number;
    /** Attention heads of each block. */
    readonly heads: readonly number[];
    /** Values per token of the text states it expects. */
    readonly textWidth: number;
  };
  /** `factor`: pixels per latent value along a side, of which sides must be multiples. */
  readonly vae: NetworkFacts & { readonly factor: number; readonly latentChannels: number };
  readonly textEncoder: TextEncoderFacts;
  /** Of Stable Diffusion XL. */
  readonly textEncoder2?: TextEncoderFacts;
  /** Largest number of tokens in a prompt. */
  readonly tokens: number;
  readonly predictionType: string;
  readonly timesteps: number;
  /** Settings that it recommends (its `lamp.json`). */
  readonly recommended: Omit<BaseModel['settings'], 'path'>;
  /** What it was trained on, if known: lists of phrases by name. */
  readonly shown?: NonNullable<BaseModel['shown']>;
  /** Absent for Stable Diffusion XL, on which motions cannot be trained. */
  readonly training?: TrainingEstimate;
  /** What fits into `forMemory`; absent without it. */
  readonly fits?: WhatFits;
}

/**
 * Describes the base model in a folder or file; `path` names it in messages. Throws `CheckpointError`, or `UsageError`
 * for an impossible size.
 */
export async function inspectBase(
  folder: string,
  { forMemory, ...question }: CostQuestion,
  path = folder,
): Promise<BaseInspection> {
  const { precision = 'f32' } = question;
  const base = outlineInPrecision(await openBaseModel(folder), precision);
  const { path: _, ...recommended } = base.settings;
  // Motions cannot be trained on XL.
  const xl = base.second;
  const asked = parseSettings({
    ...recommendedTraining(base.settings),
    ...withoutUndefined(question),
    base: folder,
    clips: ['clips'],
    prompt: '',
  });
  assertPictureSize(base.vae.config, asked);
  const { predictionType, alphasCumprod } = await readNoiseSchedule(base.schedulerConfig);
  const { unet, vae, textEncoder, tokenizer } = base;
  return {
    kind: 'base',
    path,
    name: base.name,
    fingerprint: base.fingerprint,
    unet: {
      ...networkFacts(unet.weights),
      blockOutChannels: unet.config.block_out_channels,
      layersPerBlock: unet.config.layers_per_block,
      heads: headsPerBlock(unet.config),
      textWidth: unet.config.cross_attention_dim,
    },
    vae: {
      ...networkFacts(vae.weights),
      factor: vaeFactor(vae.config),
      latentChannels: vae.config.latent_channels,
    },
    textEncoder: encoderFacts(textEncoder),
    ...(xl && { textEncoder2: encoderFacts(xl.encoder) }),
    tokens: tokenizer.maxLength,
    predictionType,
    timesteps: alphasCumprod.length,
    recommended,
    ...(base.shown && { shown: base.shown }),
    ...(!xl && { training: await trainingEstimate(base, asked, question.device) }),
    ...(forMemory !== undefined && { fits: await fitting(base, asked, { ...question, forMemory }) }),
  };
}

async function fitting(
  base: BaseModel,
  { variant, rank, optimizer, batch, accumulation, averageDecay }: TrainingSettings,
  { forMemory, frames, width, height, device }: CostQuestion & { readonly forMemory: number },
): Promise<WhatFits> {
  const secondsEach = await estimatedSeconds(1, device);
  return whatFits(base, {
    bytes: forMemory,
    frames,
    size: width !== undefined && height !== undefined ? { width, height } : undefined,
    variant,
    rank,
    optimizer,
    batch,
    accumulation,
    averageDecay,
    seconds: (flops) => flops * secondsEach,
  });
}

async function trainingEstimate(
  base: BaseModel,
  settings: TrainingSettings,
  device: DeviceName,
): Promise<TrainingEstimate> {
  const { frames, width, height, batch, accumulation, averageDecay, variant, rank, optimizer, precision } =
    settings;
  const shape = latents(base, batch, { frames, width, height });
  const secondsEach = await estimatedSeconds(1, device);
  const cost = (memory: MemoryMode) => {
    const { bytes, flops, parameters } = trainingCost(base.unet, shape, base.tokenizer.maxLength, {
      memory,
      variant,
      rank,
      optimizer,
      accumulation,
      averageDecay,
    });
    const all = accumulation * flops;
    return { parameters, step: { bytes, flops: all, secondsPerStep: all * secondsEach } };
  };
  const [plain, recomputed, low] = [cost('fast'), cost('balanced'), cost('low')];
  return {
    estimate: true,
    frames,
    width,
    height,
    batch,
    accumulation,
    variant: variantName(variant),
    rank,
    optimizer,
    precision,
    parameters: plain.parameters,
    plain: plain.step,
    recomputed: recomputed.step,
    low: low.step,
    device,
    machineFlopsPerSecond: await machineCeiling(device),
  };
}

/** The name of a variant, or its switches if it has none. */
function variantName(variant: MotionVariant): string {
  const name = motionVariantNames.find((each) => isDeepStrictEqual(motionVariants[each], variant));
  return name ?? JSON.stringify(variant);
}

function networkFacts({ shapes, file }: WeightFile): NetworkFacts {
  const parameters = [...shapes.values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
  const floating = [...file.tensors.values()]
    .map(({ dtype }) => dtype)
    .filter((dtype) => /float/.test(dtype));
  return { parameters, dtypes: [...new Set(floating)].sort() };
}

function encoderFacts({ config, weights }: Component<TextEncoderConfig>): TextEncoderFacts {
  return { ...networkFacts(weights), layers: config.num_hidden_layers, width: config.hidden_size };
}
