/**
 * @file The extensions of LAMP (`lamp-extended`) as one: what they put into the U-Net, need at every run, and give
 * besides its prediction. The small built-in model needs them; the paper has none of them, and a variant without
 * extensions gets nothing from here. `motion/variant.ts` says what each switch buys.
 */
import type { NoiseSchedule } from '../../diffusion/noise-schedule.ts';
import type { FloatTensor, Shape } from '../../graph/host-tensor.ts';
import { concat, expand, reshape } from '../../graph/operators/index.ts';
import { input, type Tensor } from '../../graph/tensor.ts';
import { sinusoidsAtZero } from '../../models/time-embedding.ts';
import type { UNetLayers } from '../../models/unet.ts';
import { firstFrameAttention } from '../motion-layers.ts';
import type { MotionVariant } from '../variant.ts';
import { withCarriedFirstFrame } from './carried.ts';
import { copyMixing, mixingNumbers, withCopiedFirstFrame } from './copied.ts';
import { movementBias } from './movement.ts';

/** Graph inputs that a variant's extensions need besides those of the U-Net, by name. */
export type ExtraInputs = Readonly<Record<string, Tensor>>;

/** The values of such inputs, which depend only on the timestep of each video. */
export type ExtraValues = Readonly<Record<string, FloatTensor>>;

/** What an extension needs at every run. */
interface ExtraInput {
  /** Shape for this number of videos. */
  shape(videos: number): Shape;
  values(schedule: NoiseSchedule, timesteps: readonly number[]): FloatTensor;
}

function extraInputsOf({ copy }: MotionVariant): [string, ExtraInput][] {
  return copy ? [['mixing', { shape: (videos) => [videos, mixingNumbers], values: copyMixing }]] : [];
}

/** The inputs that a variant's extensions need, for a graph that names them with this prefix. */
export function extraInputs(variant: MotionVariant, videos: number, prefix = ''): ExtraInputs {
  return Object.fromEntries(
    extraInputsOf(variant).map(([name, { shape }]) => [name, input(prefix + name, shape(videos))]),
  );
}

/** Whether a variant's extensions need such inputs, and so the base's noise schedule. */
export function needsSchedule(variant: MotionVariant): boolean {
  return extraInputsOf(variant).length > 0;
}

/** The values of these inputs for videos at these timesteps. */
export function extraValues(
  variant: MotionVariant,
  schedule: NoiseSchedule,
  timesteps: readonly number[],
): ExtraValues {
  return Object.fromEntries(
    extraInputsOf(variant).map(([name, { values }]) => [name, values(schedule, timesteps)]),
  );
}

/** The extensions of a variant for one U-Net. */
export interface Extension {
  /** Hooks that LAMP leaves empty, and layers that take the place of LAMP's. */
  readonly layers: Partial<UNetLayers>;
  /**
   * Outputs besides the prediction, `[n, channels, h, w]` each, available once the U-Net is built. `copied`, where the
   * variant copies: the copied fraction of each pixel.
   */
  outputs(): Readonly<Record<string, Tensor>>;
}

/**
 * The extensions of a variant for one U-Net on videos of `frames` frames, given their `extraInputs`. Throws
 * `RangeError` when one of these is missing.
 */
export function extension(variant: MotionVariant, frames: number, extra: ExtraInputs = {}): Extension {
  for (const [name] of extraInputsOf(variant)) {
    if (!extra[name]) throw new RangeError(`this variant needs the input "${name}" (see extraInputs)`);
  }
  const { cleanFirstTime, movement, carry, copy } = variant;
  const { mixing } = extra;
  let shown: Tensor | undefined;
  let copied: Tensor | undefined;
  return {
    layers: {
      ...(cleanFirstTime && {
        embedTimesteps: (embed, sinusoids, config) => {
          const videos = sinusoids.shape[0]!;
          return ofFirstAndOthers(embed(sinusoidsAtZero(config, videos)), embed(sinusoids), frames);
        },
      }),
      ...(movement && {
        selfAttention: (w, x, heads, size) =>
          firstFrameAttention(w, x, frames, heads, movementBias(w, frames, heads, size)),
      }),
      ...(carry && {
        afterFirstConvolution: (w, x) => {
          shown = x;
          return withCarriedFirstFrame(w, x, shown, frames);
        },
        beforeLastNorm: (w, x) => withCarriedFirstFrame(w, x, shown!, frames),
      }),
      ...(copy && {
        atEnd: (w, prediction, { features, latents }) => {
          const found = withCopiedFirstFrame(w, prediction, { features, latents, mixing: mixing!, frames });
          copied = found.copied;
          return found.prediction;
        },
      }),
    },
    outputs: () => (copied ? { copied } : {}),
  };
}

/** One row per video for its first frame and one for its other frames, both `[videos, d]` → `[videos · frames, d]`. */
function ofFirstAndOthers(first: Tensor, others: Tensor, frames: number): Tensor {
  const [videos, width] = others.shape as [number, number];
  const rows = (x: Tensor, count: number) => expand(reshape(x, [videos, 1, width]), [videos, count, width]);
  const all = concat([rows(first, 1), rows(others, frames - 1)], 1);
  return reshape(all, [videos * frames, width]);
}
