/** @file What `lamp inspect` says about a base model: its architecture, and what training a motion on it would cost. */

import { isDeepStrictEqual } from 'node:util';
import { bytesText, countText, flopText } from '../amounts.ts';
import type { WeightFile } from '../checkpoints/weight-file.ts';
import { readNoiseSchedule } from '../diffusion/noise-schedule.ts';
import { duration } from '../duration.ts';
import { sizeOf } from '../graph/host-tensor.ts';
import { type BaseModel, type Component, openBaseModel } from '../models/base-model.ts';
import { headsPerBlock, type TextEncoderConfig, vaeFactor } from '../models/configs.ts';
import { assertPictureSize } from '../models/picture-size.ts';
import { type MotionVariant, motionVariantNames, motionVariants } from '../motion/variant.ts';
import { withoutUndefined } from '../pipelines/video/video-settings.ts';
import type { DeviceName } from '../runtime/devices.ts';
import { estimatedSeconds, machineCeiling } from '../runtime/work-time.ts';
import { trainingCost } from '../training/training-cost.ts';
import { parseSettings, recommendedTraining, type TrainingSettings } from '../training/training-settings.ts';
import { type Facts, settingRows, wrapped } from './facts.ts';

/** What the cost is asked for; what is left out is as the base recommends, or as in the paper. */
export interface CostQuestion {
  readonly frames?: number | undefined;
  readonly width?: number;
  readonly height?: number;
  readonly device: DeviceName;
}

/** Describes the base model in a diffusers folder. Throws `CheckpointError`, or `UsageError` for an impossible size. */
export async function baseFacts(folder: string, question: CostQuestion): Promise<Facts> {
  const base = await openBaseModel(folder);
  const { path: _, ...settings } = base.settings;
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
  const cost = xl ? undefined : await costFacts(base, asked, question.device);
  const parts = {
    unet: summary(unet.weights),
    vae: summary(vae.weights),
    textEncoder: summary(textEncoder.weights),
    ...(xl && { textEncoder2: summary(xl.encoder.weights) }),
  };
  const unetText = [
    `channels ${unet.config.block_out_channels.join(', ')}`,
    `${unet.config.layers_per_block} layers a block`,
    `heads ${[...new Set(headsPerBlock(unet.config))].join(', ')}`,
    `text width ${unet.config.cross_attention_dim}`,
  ].join('; ');
  const factor = vaeFactor(vae.config);
  return {
    title: `base model "${folder}"`,
    rows: [
      ['U-Net', `${partText(parts.unet)}; ${unetText}`],
      [
        'VAE',
        `${partText(parts.vae)}; ${vae.config.latent_channels} latent channels; sides divide by ${factor}`,
      ],
      ['text encoder', `${encoderText(textEncoder)}; ${tokenizer.maxLength} tokens`],
      ...(xl ? [['second one', `${encoderText(xl.encoder)}; Stable Diffusion XL`] as const] : []),
      ['predicts', `${predictionType.replace('_', '-')}; ${alphasCumprod.length} timesteps`],
      ['fingerprint', base.fingerprint],
      ...shownRows(base),
      ...settingRows(settings, 'recommended '),
      ...(cost?.rows ?? [['a motion', 'none: XL draws first frames and pictures'] as const]),
    ],
    data: {
      kind: 'base',
      name: base.name,
      fingerprint: base.fingerprint,
      unet: {
        ...parts.unet,
        blockOutChannels: unet.config.block_out_channels,
        heads: headsPerBlock(unet.config),
      },
      vae: { ...parts.vae, factor, latentChannels: vae.config.latent_channels },
      textEncoder: { ...parts.textEncoder, layers: textEncoder.config.num_hidden_layers },
      ...(xl && { textEncoder2: { ...parts.textEncoder2, layers: xl.encoder.config.num_hidden_layers } }),
      predictionType,
      recommended: settings,
      ...(base.shown && { shown: base.shown }),
      ...(cost && { training: cost.data }),
    },
  };
}

/** What the model was shown, a row or more for each list. */
function shownRows({ shown = {} }: BaseModel): [string, string][] {
  return Object.entries(shown)
    .flatMap(([name, phrases]) => wrapped(`${name}: ${phrases.join(', ')}`, 100))
    .map((line, i) => [i === 0 ? 'was shown' : '', line]);
}

async function costFacts(
  base: BaseModel,
  { frames, width, height, batch, accumulation, variant, rank }: TrainingSettings,
  device: DeviceName,
): Promise<Omit<Facts, 'title'>> {
  const factor = vaeFactor(base.vae.config);
  const latents = [batch, base.unet.config.in_channels, frames, height / factor, width / factor];
  const [plain, recomputed] = [false, true].map((recompute) =>
    trainingCost(base.unet, latents, base.tokenizer.maxLength, { recompute, variant, rank }),
  ) as [ReturnType<typeof trainingCost>, ReturnType<typeof trainingCost>];
  const flopsOf = ({ flops }: typeof plain) => accumulation * flops;
  const ceiling = await machineCeiling(device);
  const secondsEach = await estimatedSeconds(1, device);
  const seconds = (cost: typeof plain) => flopsOf(cost) * secondsEach;
  const line = (cost: typeof plain) =>
    `about ${bytesText(cost.bytes)} of memory, ${flopText(flopsOf(cost))} and ${stepTime(seconds(cost))} a step`;
  const data = (cost: typeof plain) => ({
    bytes: cost.bytes,
    flops: flopsOf(cost),
    secondsPerStep: seconds(cost),
  });
  const videos = batch * accumulation;
  const setting = `${videos > 1 ? `${videos} videos of ` : ''}${frames} frames of ${width}x${height}`;
  const name = variantName(variant);
  const size = bytesText((rank > 0 ? 2 : 4) * plain.parameters);
  return {
    rows: [
      [
        'a motion',
        `${countText(plain.parameters)} trained values (${size}); variant ${name}, ${rank > 0 ? `rank ${rank}` : 'full rank'}`,
      ],
      [`to train`, `${setting}, estimated: ${line(plain)}`],
      ['', `recomputing activations: ${line(recomputed)}`],
      ['this machine', `${flopText(ceiling)}/s measured on "${device}"; half of it assumed in training`],
    ],
    data: {
      estimate: true,
      frames,
      width,
      height,
      batch,
      accumulation,
      variant: name,
      rank,
      parameters: plain.parameters,
      plain: data(plain),
      recomputed: data(recomputed),
      device,
      machineFlopsPerSecond: ceiling,
    },
  };
}

/** The name of a variant, or its switches where it has none. */
function variantName(variant: MotionVariant): string {
  const name = motionVariantNames.find((each) => isDeepStrictEqual(motionVariants[each], variant));
  return name ?? JSON.stringify(variant);
}

function stepTime(seconds: number): string {
  return seconds < 10 ? `${seconds.toPrecision(2)} s` : duration(seconds);
}

function summary({ shapes, file }: WeightFile) {
  const parameters = [...shapes.values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
  const floating = [...file.tensors.values()]
    .map(({ dtype }) => dtype)
    .filter((dtype) => /float/.test(dtype));
  const dtypes = [...new Set(floating)].sort();
  return { parameters, dtypes };
}

function encoderText({ config, weights }: Component<TextEncoderConfig>): string {
  return `${partText(summary(weights))}; ${config.num_hidden_layers} layers of ${config.hidden_size}`;
}

function partText({ parameters, dtypes }: ReturnType<typeof summary>): string {
  return `${countText(parameters)} parameters in ${dtypes.join(' and ')}`;
}
