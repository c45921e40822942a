/** @file What a base model is, and what training a motion on it would cost. */
import { isDeepStrictEqual } from 'node:util';
import type { WeightFile } from '../checkpoints/weight-file.ts';
import { readNoiseSchedule } from '../diffusion/noise-schedule.ts';
import { sizeOf } from '../graph/host-tensor.ts';
import { type BaseModel, type Component, openBaseModel } from '../models/base-model.ts';
import { headsPerBlock, type TextEncoderConfig, vaeFactor } from '../models/configs.ts';
import { assertPictureSize } from '../models/picture-size.ts';
import { type MotionVariant, motionVariantNames, motionVariants } from '../motion/variant.ts';
import { withoutUndefined } from '../pipelines/video/video-settings.ts';
import type { DeviceName } from '../runtime/devices.ts';
import type { MemoryMode } from '../runtime/memory-mode.ts';
import { estimatedSeconds, machineCeiling } from '../runtime/work-time.ts';
import { trainingCost } from '../training/training-cost.ts';
import { parseSettings, recommendedTraining, type TrainingSettings } from '../training/training-settings.ts';

/** What the cost is asked for; what is left out is as the base recommends, or as in the paper. */
export interface CostQuestion {
  readonly frames?: number | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly device: DeviceName;
}

/** One network of a base model. */
export interface NetworkFacts {
  readonly parameters: number;
  /** Kinds of numbers in its file: `float32`, `float16`. */
  readonly dtypes: readonly string[];
}

/** A text encoder of a base model. */
export interface TextEncoderFacts extends NetworkFacts {
  readonly layers: number;
  /** Values for each token. */
  readonly width: number;
}

/** What a training step takes. */
export interface StepCost {
  /** Memory. */
  readonly bytes: number;
  /** Arithmetic operations. */
  readonly flops: number;
  readonly secondsPerStep: number;
}

/** What training a motion on a base model would cost: estimated, with the settings that the base recommends. */
export interface TrainingEstimate {
  readonly estimate: true;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  /** Videos computed at once, and batches of them for one step. */
  readonly batch: number;
  readonly accumulation: number;
  /** Name of the variant of the method, or its switches as JSON where it has none. */
  readonly variant: string;
  /** 0: whole matrices. */
  readonly rank: number;
  /** Trained values. */
  readonly parameters: number;
  readonly plain: StepCost;
  /** With inner values computed again instead of kept. */
  readonly recomputed: StepCost;
  readonly device: DeviceName;
  /** Measured with large products; half of it is assumed in training. */
  readonly machineFlopsPerSecond: number;
}

/** What a base model is. */
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
    /** Values for each token of the text that it reads. */
    readonly textWidth: number;
  };
  /** `factor`: pixels for each latent value along a side, by which sides divide. */
  readonly vae: NetworkFacts & { readonly factor: number; readonly latentChannels: number };
  readonly textEncoder: TextEncoderFacts;
  /** Of Stable Diffusion XL. */
  readonly textEncoder2?: TextEncoderFacts;
  /** Most tokens of a prompt. */
  readonly tokens: number;
  readonly predictionType: string;
  readonly timesteps: number;
  /** Settings that it recommends (its `lamp.json`). */
  readonly recommended: Omit<BaseModel['settings'], 'path'>;
  /** What it was shown, where it says so: lists of phrases by name. */
  readonly shown?: NonNullable<BaseModel['shown']>;
  /** Absent for Stable Diffusion XL, on which motions are not trained. */
  readonly training?: TrainingEstimate;
}

/**
 * Describes the base model in a folder or file. Throws `CheckpointError`, or `UsageError` for an impossible size. `path` is what it is
 * called.
 */
export async function inspectBase(
  folder: string,
  question: CostQuestion,
  path = folder,
): Promise<BaseInspection> {
  const base = await openBaseModel(folder);
  const { path: _, ...recommended } = base.settings;
  // Motions are not trained on XL.
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
  };
}

async function trainingEstimate(
  base: BaseModel,
  { frames, width, height, batch, accumulation, variant, rank }: TrainingSettings,
  device: DeviceName,
): Promise<TrainingEstimate> {
  const factor = vaeFactor(base.vae.config);
  const latents = [batch, base.unet.config.in_channels, frames, height / factor, width / factor];
  const secondsEach = await estimatedSeconds(1, device);
  const cost = (memory: MemoryMode) => {
    const { bytes, flops, parameters } = trainingCost(base.unet, latents, base.tokenizer.maxLength, {
      memory,
      variant,
      rank,
    });
    const all = accumulation * flops;
    return { parameters, step: { bytes, flops: all, secondsPerStep: all * secondsEach } };
  };
  const [plain, recomputed] = [cost('fast'), cost('balanced')];
  return {
    estimate: true,
    frames,
    width,
    height,
    batch,
    accumulation,
    variant: variantName(variant),
    rank,
    parameters: plain.parameters,
    plain: plain.step,
    recomputed: recomputed.step,
    device,
    machineFlopsPerSecond: await machineCeiling(device),
  };
}

/** The name of a variant, or its switches where it has none. */
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
