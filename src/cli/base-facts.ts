/**
 * @file The output of `lamp inspect` for a base model: its architecture, and the estimated cost of training a motion on
 * it.
 */
import { bytesText, countText, flopText } from '../amounts.ts';
import { duration } from '../duration.ts';
import type {
  BaseInspection,
  NetworkFacts,
  StepCost,
  TextEncoderFacts,
  TrainingEstimate,
} from '../library/inspect-base.ts';
import type { FittingVideo, FittingWay, WhatFits } from '../library/what-fits.ts';
import type { Size } from '../media/size.ts';
import { type Row, settingRows, wrapped } from './facts.ts';

/** The rows for a base model. */
export function baseRows(base: BaseInspection): Row[] {
  const { unet, vae, textEncoder, textEncoder2, training } = base;
  const unetText = [
    `channels ${unet.blockOutChannels.join(', ')}`,
    `${unet.layersPerBlock} layer${unet.layersPerBlock === 1 ? '' : 's'} a block`,
    `heads ${[...new Set(unet.heads)].join(', ')}`,
    `text width ${unet.textWidth}`,
  ].join('; ');
  return [
    ['U-Net', `${networkText(unet)}; ${unetText}`],
    [
      'VAE',
      `${networkText(vae)}; ${vae.latentChannels} latent channels; sides must be multiples of ${vae.factor}`,
    ],
    ['text encoder', `${encoderText(textEncoder)}; ${base.tokens} tokens`],
    ...(textEncoder2
      ? [['second one', `${encoderText(textEncoder2)}; Stable Diffusion XL`] satisfies Row]
      : []),
    ['predicts', `${base.predictionType.replace('_', '-')}; ${base.timesteps} timesteps`],
    ['fingerprint', base.fingerprint],
    ...shownRows(base),
    ...settingRows(base.recommended, 'recommended '),
    ...(training
      ? trainingRows(training)
      : [['a motion', 'none: XL draws first frames and pictures'] satisfies Row]),
    ...(base.fits ? fitRows(base.fits) : []),
  ];
}

/** A row for each size: the fastest way that fits, by number of frames. */
function fitRows({ bytes, videos, pictures }: WhatFits): Row[] {
  const sizes = [...new Set(videos.map(sizeText))];
  const rows = (label: string, way: (fit: FittingVideo) => string): Row[] =>
    sizes.map((size, i) => {
      const fits = videos.filter((fit) => sizeText(fit) === size);
      const ways = fits.map((fit) => `${fit.frames} frames ${way(fit)}`);
      return [i === 0 ? label : '', `${size}: ${ways.join('; ')}`];
    });
  return [
    [
      `for ${(bytes / 1e9).toFixed(1)} GB`,
      'memory and time of a step, estimated for this machine’s speed; 15 % of memory are left for the system',
    ],
    ...rows('train', ({ train }) => wayText(train)),
    ...rows('generate', ({ generate }) => wayText(generate)),
    ...pictures.map(
      (fit, i): Row => [
        i === 0 ? 'draw' : '',
        `${sizeText(fit)}: ${fit.draw ? wayText(fit.draw) : 'does not fit'}`,
      ],
    ),
  ];
}

function sizeText({ width, height }: Size): string {
  return `${width}x${height}`;
}

function wayText(way: FittingWay | undefined): string {
  if (!way) return 'do not fit';
  const { memory, rank, optimizer = 'adamw', bytes, secondsPerStep } = way;
  const others = [...(optimizer === 'adamw' ? [] : [optimizer]), ...(rank > 0 ? [`rank ${rank}`] : [])];
  const how = others.length > 0 ? `${memory} with ${others.join(' and ')}` : memory;
  return `${how}, ${(bytes / 1e9).toFixed(1)} GB, ${stepTime(secondsPerStep)}`;
}

/** What the model was trained on, one or more rows for each list. */
function shownRows({ shown = {} }: BaseInspection): Row[] {
  return Object.entries(shown)
    .flatMap(([name, phrases]) => wrapped(`${name}: ${phrases.join(', ')}`, 100))
    .map((line, i) => [i === 0 ? 'was shown' : '', line]);
}

function trainingRows(training: TrainingEstimate): Row[] {
  const { frames, width, height, batch, accumulation, variant, rank, optimizer, precision, parameters } =
    training;
  const videos = batch * accumulation;
  const setting = [
    `${videos > 1 ? `${videos} videos of ` : ''}${frames} frames of ${width}x${height}`,
    optimizer === 'adamw' ? '' : ` with ${optimizer}`,
    precision === 'f32' ? '' : ` in ${precision}`,
  ].join('');
  const size = bytesText((rank > 0 ? 2 : 4) * parameters);
  return [
    [
      'a motion',
      `${countText(parameters)} trained values (${size}); variant ${variant}, ${rank > 0 ? `rank ${rank}` : 'full rank'}`,
    ],
    [`to train`, `${setting}, estimated: ${costText(training.plain)}`],
    ['', `with --memory balanced: ${costText(training.recomputed)}`],
    ['', `with --memory low: ${costText(training.low)}`],
    [
      'this machine',
      `${flopText(training.machineFlopsPerSecond)}/s measured on "${training.device}"; half of it assumed in training`,
    ],
  ];
}

function costText({ bytes, flops, secondsPerStep }: StepCost): string {
  return `about ${bytesText(bytes)} of memory, ${flopText(flops)} and ${stepTime(secondsPerStep)} a step`;
}

function stepTime(seconds: number): string {
  return seconds < 10 ? `${seconds.toPrecision(2)} s` : duration(seconds);
}

function encoderText(encoder: TextEncoderFacts): string {
  return `${networkText(encoder)}; ${encoder.layers} layers of ${encoder.width}`;
}

function networkText({ parameters, dtypes }: NetworkFacts): string {
  return `${countText(parameters)} parameters in ${dtypes.join(' and ')}`;
}
