/**
 * @file The rows of the motion suite's tables: LAMP, LAMP without each of its parts, other methods, less data, fewer
 * steps.
 */
import type { PresetName } from '../../src/library/learn-motion.ts';
import type { BaseSettings } from '../../src/models/base-settings.ts';
import {
  type MotionVariant,
  type MotionVariantName,
  motionVariantChoice,
  motionVariants,
} from '../../src/motion/variant.ts';
import type { VideoSettings } from '../../src/pipelines/video/video-settings.ts';
import { recommendedTraining, type TrainingInput } from '../../src/training/training-settings.ts';

/** A method of training motions and generating videos. */
export interface EvaluationRow {
  /** Name in options and files, such as `no-shared-noise`. */
  readonly name: string;
  /** Label in tables. */
  readonly title: string;
  /** LAMP, LAMP without a part, or another method; see `rowVariant`. */
  readonly variant: MotionVariantName;
  /** Switches of the variant that differ from the base's recommendation. */
  readonly switches?: Partial<MotionVariant>;
  /** Number of clips per motion; default eight. */
  readonly clips?: number;
  /** Whether each clip has a caption of its own (the default); otherwise all have the motion's prompt. */
  readonly captions?: boolean;
  /** Rank of the trained matrices (`--rank`); default full matrices. */
  readonly rank?: number;
  /** Training steps, as a multiple of the suite's. */
  readonly stepShare?: number;
  /** Trained with this preset instead of the base's recommendation. */
  readonly preset?: PresetName;
  /** Training settings that differ from the base's recommendation, or the preset. */
  readonly training?: Partial<Omit<TrainingInput, 'base' | 'device'>>;
  /** Video settings that differ from the suite's. */
  readonly video?: Partial<VideoSettings>;
  /** Precision in which videos are made; default f32. That of training is in `training`. */
  readonly precision?: 'int8';
}

/** Default number of clips per motion. */
export const usualClips = 8;

const row = (name: string, title: string, rest: Partial<EvaluationRow> = {}): EvaluationRow => ({
  name,
  title,
  variant: 'lamp',
  ...rest,
});

/**
 * Videos that are sampled to the end, the last steps by the image model. Necessary for methods that copy nothing from
 * the first frame: their early predictions are blurred.
 */
const toTheEnd = {
  training: { lowestTimestep: 100 },
  video: { finishAt: 0, imageModelBelow: 100 },
} as const satisfies Partial<EvaluationRow>;

/** None of what this project adds to the paper's method. */
const paperSwitches = {
  movement: false,
  carry: false,
  copy: false,
  trainAttention: false,
  cleanFirstTime: false,
} as const satisfies Partial<MotionVariant>;

/** At the base's learning rate. */
const paperParts = row('paper-parts', 'with the paper’s parts alone', {
  switches: paperSwitches,
  ...toTheEnd,
});

/** The paper's method as its authors train it: no augmented views of the clips, all timesteps, a rate of 3e-5. */
const reference = {
  preset: 'reference',
  switches: paperSwitches,
  video: toTheEnd.video,
} as const satisfies Partial<EvaluationRow>;

/** The groups of rows, in the order of the tables; a row may be in several. */
export const rowGroups = {
  methods: [
    row('lamp', 'LAMP'),
    row('zero-shot', 'image model with frame-0 attention only, as Text2Video-Zero', {
      variant: 'zero-shot',
      video: toTheEnd.video,
    }),
    row('tune-a-video-like', 'one clip, attention to first and previous frame, as Tune-A-Video', {
      variant: 'tune-a-video-like',
      ...toTheEnd,
      clips: 1,
    }),
    row('attention-only', 'temporal attention only, as the module of AnimateDiff', {
      variant: 'attention-only',
      ...toTheEnd,
    }),
  ],
  parts: [
    row('no-first-frame', 'without first-frame conditioning', { variant: 'no-first-frame', ...toTheEnd }),
    row('no-temporal-convolution', 'without the temporal-spatial layer', {
      variant: 'no-temporal-convolution',
    }),
    row('plain-convolution', 'plain instead of causal convolution', { variant: 'plain-convolution' }),
    row('no-temporal-attention', 'without temporal attention', { variant: 'no-temporal-attention' }),
    row('frozen-queries', 'with the image model’s own queries', { variant: 'frozen-queries' }),
  ],
  additions: [
    row('own-scenes', 'without copy-paste onto other scenes', { training: { copyPaste: 0 } }),
    row('no-copy', 'without the copied first frame', { switches: { copy: false }, ...toTheEnd }),
    row('to-the-end', 'sampled to the end', toTheEnd),
    row('no-carry', 'without the carried first frame', { switches: { carry: false } }),
    row('no-movement', 'without any learned displacement', {
      switches: { movement: false, carry: false, copy: false },
      ...toTheEnd,
    }),
    row('frozen-attention', 'with the image model’s own keys and values', {
      switches: { trainAttention: false },
    }),
    row('noisy-first-time', 'with one timestep for all frames', { switches: { cleanFirstTime: false } }),
    row('plain-training', 'without shifted timesteps and the moving average', {
      training: { timestepShift: 1, averageDecay: 0 },
    }),
    paperParts,
  ],
  paper: [
    paperParts,
    row('reference', 'the paper’s parts and its settings', reference),
    row('reference-tuned', 'the paper’s parts and its settings, at a rate of 1e-3', {
      ...reference,
      training: { learningRate: 1e-3 },
    }),
  ],
  precision: [
    row('int8-videos', 'trained in f32, videos in 8 bits', { precision: 'int8' }),
    row('int8-training', 'trained in 8 bits, videos in f32', { training: { precision: 'int8' } }),
    row('int8', 'trained and made in 8 bits', { training: { precision: 'int8' }, precision: 'int8' }),
  ],
  sampling: [
    row('no-shared-noise', 'without shared noise', { video: { noiseShare: 0 } }),
    row('alignment', 'with AdaIN and histogram matching, as the paper', {
      video: { alignment: 'scaled', histogramMatching: true },
    }),
    row('no-alignment', 'without AdaIN and histogram matching', {
      video: { alignment: 'off', histogramMatching: false },
    }),
    row('no-details', 'without the image model for what is not copied', { video: { imageModelBelow: 0 } }),
    row('guidance-2', 'with guidance 2', { video: { guidance: 2 } }),
    row('guidance-4', 'with guidance 4', { video: { guidance: 4 } }),
  ],
  lastSteps: [
    ...[60, 120, 240].map((timestep) =>
      row(`details-${timestep}`, `with the image model from ${timestep} for what is not copied`, {
        video: { imageModelBelow: timestep },
      }),
    ),
    ...[300, 0].map((timestep) =>
      row(`finish-${timestep}`, `finished at ${timestep}, without the image model`, {
        video: { finishAt: timestep, imageModelBelow: 0 },
      }),
    ),
  ],
  clips: [1, 2, 4, 16].map((clips) =>
    row(`clips-${clips}`, `${clips} ${clips === 1 ? 'clip' : 'clips'}`, { clips }),
  ),
  captions: [row('one-prompt', 'one prompt for all clips', { captions: false })],
  ranks: [4, 16].map((rank) => row(`rank-${rank}`, `low-rank factors, rank ${rank}`, { rank })),
  steps: [0.125, 0.25, 0.5, 2].map((stepShare) =>
    row(`steps-x${stepShare}`, `${stepShare} of the steps`, { stepShare }),
  ),
} as const satisfies Record<string, readonly EvaluationRow[]>;

/** Name of a row's training; rows that differ only in sampling share one. */
export function trainingName(
  { name, variant, switches, preset, training, captions = true, clips = usualClips, rank = 0 }: EvaluationRow,
  steps: number,
): string {
  const what = switches || preset || training || !captions ? name : variant;
  return `${what}-${clips}-clips-${steps}-steps${rank > 0 ? `-rank-${rank}` : ''}`;
}

/** Name of a group of rows. */
export type RowGroup = keyof typeof rowGroups;

/** Every row. */
export const allRows: readonly EvaluationRow[] = [...new Set(Object.values(rowGroups).flat())];

/**
 * The rows of these names (of rows or groups), each once. Throws `RangeError` for an unknown name.
 */
export function rowsNamed(names: readonly string[]): EvaluationRow[] {
  const found = names.flatMap((name): readonly EvaluationRow[] => {
    if (name in rowGroups) return rowGroups[name as RowGroup];
    const one = allRows.find((each) => each.name === name);
    if (one) return [one];
    const known = [...Object.keys(rowGroups), ...allRows.map((each) => each.name)].join(', ');
    throw new RangeError(`no row is called "${name}"; there are ${known}`);
  });
  return [...new Set(found)];
}

/** Other methods, to which the base's recommendations for LAMP do not apply. */
const otherMethods: readonly MotionVariantName[] = ['zero-shot', 'tune-a-video-like', 'attention-only'];

/**
 * A row's switches on a base: LAMP as the base recommends it, without what the row leaves out. Throws
 * `CheckpointError` if the base recommends no variant.
 */
export function rowVariant(
  { variant: name, switches }: Pick<EvaluationRow, 'variant' | 'switches'>,
  base: BaseSettings,
): MotionVariant {
  const named = motionVariants[name];
  if (otherMethods.includes(name)) return named;
  const usual = motionVariantChoice.parse(recommendedTraining(base).variant ?? 'lamp');
  const leftOut = Object.entries(named).filter(
    ([part, value]) => value !== motionVariants.lamp[part as keyof MotionVariant],
  );
  const variant = { ...usual, ...Object.fromEntries(leftOut), ...switches } as MotionVariant;
  const { firstFrame, spatialAttention, cleanFirstTime, movement, carry, copy } = variant;
  return {
    ...variant,
    cleanFirstTime: cleanFirstTime && firstFrame,
    carry: carry && firstFrame,
    copy: copy && firstFrame,
    movement: movement && spatialAttention === 'first',
  };
}
