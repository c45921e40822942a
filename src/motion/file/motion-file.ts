/** @file A motion as one portable safetensors file: the trained tensors, and a description in the metadata. */
import { z } from 'zod';
import { assertPath, assertSetting, checkOptions } from '../../check-options.ts';
import { checkJson } from '../../checkpoints/json-file.ts';
import { parseJson } from '../../checkpoints/json-text.ts';
import { onOneLine } from '../../checkpoints/one-line.ts';
import { openSafetensors, type WriteOptions, writeSafetensors } from '../../checkpoints/safetensors.ts';
import { CheckpointError } from '../../errors.ts';
import { notice, type WorkOptions } from '../../events.ts';
import { type FloatTensor, type Shape, sameShape } from '../../graph/host-tensor.ts';
import type { BaseModel } from '../../models/base-model.ts';
import { builtInName } from '../../models/built-in-base.ts';
import { nonFinite } from '../../models/finite.ts';
import { kindOfWeights, type WeightsKind } from '../../models/other-models.ts';
import { call, type GivenParts, phrase, setting } from '../../phrases.ts';
import { checked } from '../../wrong-settings.ts';
import { motionParameters, normParameters } from '../motion-parameters.ts';
import type { MotionValues, TrainedMotion } from '../trained-motion.ts';
import { isLamp, motionVariantSchema, motionVariants } from '../variant.ts';
import { checkpointFormat, motionPrefix } from './checkpoint-motion.ts';
import { roundedToHalf } from './low-rank.ts';
import { assertMotionBase } from './motion-base.ts';
import { giveMotion } from './motion-path.ts';

const format = 'lamp-motion';
const version = 1;
/** Limit of JSON values; a description has a few dozen, and a few per training clip. */
const MAX_VALUES = 100_000;
/** Limit for the number of frames and for the pixels of a side: larger values must be wrong. */
const MAX_SIDE = 100_000;

const infoSchema = z.object({
  /** Name of the base model's folder at training. */
  baseName: z.string(),
  /** Identity of the base model's U-Net (see `fingerprint`). */
  baseFingerprint: z.string(),
  /** The training prompt: a description of the clips. */
  prompt: z.string(),
  frames: z.number().int().min(2).max(MAX_SIDE),
  width: z.number().int().positive().max(MAX_SIDE),
  height: z.number().int().positive().max(MAX_SIDE),
  /** Frames per second of the training frames, and the playback rate. */
  framesPerSecond: z.number().positive(),
  /** Training steps taken. */
  steps: z.number().int().nonnegative(),
  /** Variant of the method; default LAMP itself. */
  variant: motionVariantSchema.default(motionVariants.lamp),
  /** Rank of the factors of its matrices (see `lowRankParameters`); absent for full matrices. */
  rank: z.number().int().positive().optional(),
  /** All settings of the training. */
  settings: z.record(z.string(), z.unknown()),
});

/** The description stored in a motion file. */
export type MotionInfo = z.infer<typeof infoSchema>;

/** A motion in memory. */
export interface Motion {
  readonly info: MotionInfo;
  /**
   * Trained parameters by their names in the video U-Net; low-rank factors have names of their own, see `low-rank.ts`.
   */
  readonly values: MotionValues;
}

/** The motion in the form that networks take. */
export function trained({ info, values }: Motion): TrainedMotion {
  return { variant: info.variant, values };
}

const COPY_AGAIN = 'Copy or download it again.';

const writeMotionFields = { dtype: z.enum(['float32', 'float16']).optional() };

const motionSchema = checked<Motion>((value) => {
  const { info, values } = (value ?? {}) as Partial<Motion>;
  return typeof info === 'object' && values instanceof Map;
}, 'a motion, with its info and values');

/**
 * Writes a motion file atomically, by default in float32. The same motion gives the same bytes. Throws `UsageError` for
 * what is no motion, `StorageError` if writing fails.
 */
export async function writeMotion(path: string, motion: Motion, options: WriteOptions = {}): Promise<void> {
  const given = checkOptions('writeMotion', options, writeMotionFields);
  assertPath(path);
  assertSetting('motion', motionSchema, motion);
  const { info, values } = motion;
  const metadata = { format, version: String(version), motion: describeMotion(info) };
  await writeSafetensors(path, values, metadata, given);
}

/** The description of a motion as a file's metadata contain it: JSON. */
export function describeMotion(info: MotionInfo): string {
  const { variant, ...others } = info;
  return JSON.stringify(isLamp(variant) ? others : info);
}

/** Reads the description of a motion file, or of the motion in a training checkpoint. Throws `CheckpointError`. */
export async function readMotionInfo(path: string): Promise<MotionInfo> {
  assertPath(path);
  return (await openMotion(path)).info;
}

/** A motion by the shapes of its values. */
export interface MotionOutline extends Pick<Motion, 'info'> {
  readonly values: ReadonlyMap<string, { readonly shape: Shape }>;
}

/** Reads what a motion file, or a training checkpoint, says of its motion, but no values. Throws `CheckpointError`. */
export async function readMotionOutline(path: string): Promise<MotionOutline> {
  assertPath(path);
  const { file, info, prefix } = await openMotion(path);
  const own = [...file.tensors].filter(([name]) => name.startsWith(prefix));
  return { info, values: new Map(own.map(([name, { shape }]) => [name.slice(prefix.length), { shape }])) };
}

/**
 * Reads a motion file, or the motion of a training checkpoint, as its file would be. Throws `CheckpointError` when it
 * is damaged or not a motion.
 */
export async function readMotion(path: string): Promise<Motion> {
  const { file, info, prefix } = await openMotion(path);
  const values = new Map<string, FloatTensor>();
  const names = [...file.tensors.keys()].filter((name) => name.startsWith(prefix));
  for (const [name, tensor] of await file.readMany(names)) {
    if (tensor.dtype !== 'float32') {
      throw new CheckpointError({
        found: `tensor "${onOneLine(name, 80)}" of motion "${path}" is ${tensor.dtype}`,
        expected: 'floating-point numbers',
        setting: 'motion',
        advice: COPY_AGAIN,
      });
    }
    const value = nonFinite(tensor);
    if (value !== undefined) {
      throw new CheckpointError({
        found: `motion "${path}" holds ${value} in tensor "${onOneLine(name, 80)}": its training went wrong, or the file is damaged`,
        setting: 'motion',
        advice: 'Use another one.',
      });
    }
    values.set(name.slice(prefix.length), tensor);
  }
  // In a motion file, low-rank factors are float16.
  return { info, values: prefix !== '' && info.rank ? roundedToHalf(values) : values };
}

/**
 * Throws `CheckpointError`, naming both, when a motion was trained on a base model of another architecture, or on the
 * built-in model of another version. Another base of the same architecture is accepted with a notice.
 */
export function assertFitsBase(
  path: string,
  { info, values }: MotionOutline,
  base: BaseModel,
  { onEvent }: Pick<WorkOptions, 'onEvent'> = {},
): void {
  assertMotionBase(base);
  const otherWeights = info.baseFingerprint !== base.fingerprint;
  if (otherWeights && info.baseName === builtInName && base.name === builtInName) {
    throw new CheckpointError({
      found: `motion "${path}" was trained on the built-in model of another version of lamp-video (fingerprint ${info.baseFingerprint})`,
      expected: `the built-in model of this version (fingerprint ${base.fingerprint})`,
      setting: 'motion',
      advice: 'Train the motion again, or use the version that it was trained with.',
    });
  }
  const { shapes } = base.unet.weights;
  const required = motionParameters(shapes, info.variant, info.rank);
  const asked = [...required, ...normParameters(shapes).filter(({ name }) => values.has(name))];
  const wrong = asked.find(({ name, shape }) => {
    const found = values.get(name);
    return !found || !sameShape(found.shape, shape);
  });
  // The path of the given model distinguishes it from another one of the same name.
  const given = info.baseName === base.name ? base.folder : base.name;
  if (wrong || values.size !== asked.length) {
    const found = wrong && values.get(wrong.name);
    const example = wrong
      ? `"${wrong.name}" is ${found ? `[${found.shape}]` : 'missing'} instead of [${wrong.shape}]`
      : `${values.size} trained tensors where ${asked.length} belong`;
    throw new CheckpointError({
      found: `motion "${path}" was trained on base "${info.baseName}", which has another architecture than "${given}" (${example})`,
      setting: 'base',
      advice: 'Use the base it was trained on, or one of its kind.',
    });
  }
  if (otherWeights) {
    onEvent?.(
      notice({
        found: `motion "${path}" was trained on base "${info.baseName}"; "${given}" (fingerprint ${base.fingerprint}) has other weights, so the motion may come out weaker or with faults`,
        expected: `fingerprint ${info.baseFingerprint}`,
        setting: 'base',
      }),
    );
  }
}

/** Message for a safetensors file that is not a motion: what it is, and what to do with it. */
function noMotion(path: string, found: WeightsKind | undefined): GivenParts {
  const what = `"${path}" is a safetensors file but no motion (its metadata has no format "${format}")`;
  if (!found) return { found: what, setting: 'motion', advice: giveMotion };
  if (found.kind === 'motion') {
    const advice = phrase`"${call('convertMotion')}" makes a motion of the folder it is in.`;
    return {
      found: `${what}: it looks like LAMP's U-Net of another program`,
      setting: 'motion',
      advice,
    };
  }
  const advice = [
    ...(found.kind === 'whole' ? [phrase`A base model is given with ${setting('base')}.`] : []),
    giveMotion,
  ];
  return { found: `${what}: it is ${found.what}`, setting: 'motion', advice };
}

/** `prefix` is that of the motion's tensors. */
async function openMotion(path: string) {
  const file = await openSafetensors(path);
  const isCheckpoint = file.metadata.format === checkpointFormat;
  if (!isCheckpoint && file.metadata.format !== format) {
    throw new CheckpointError(noMotion(path, kindOfWeights(file.tensors)));
  }
  if (isCheckpoint && file.metadata.motion === undefined) {
    throw new CheckpointError({
      found: `"${path}" is a training checkpoint that does not describe its motion: an earlier version wrote it`,
      setting: 'motion',
      advice: [giveMotion, 'Checkpoints that this version writes can be used as motions.'],
    });
  }
  if (!isCheckpoint && Number(file.metadata.version) !== version) {
    throw new CheckpointError({
      found: `"${path}" has motion format version ${onOneLine(file.metadata.version ?? 'unknown', 20)}`,
      expected: `version ${version}, which this program reads`,
      setting: 'motion',
      advice: 'Update lamp-video.',
    });
  }
  let value: unknown;
  try {
    value = parseJson(file.metadata.motion ?? '', { values: MAX_VALUES });
  } catch {
    throw new CheckpointError({
      found: `motion "${path}" is damaged: its description is not valid JSON`,
      setting: 'motion',
      advice: COPY_AGAIN,
    });
  }
  const info = checkJson(value, infoSchema, `the description of motion "${path}"`);
  return { file, info, prefix: isCheckpoint ? motionPrefix(file.tensors.keys()) : '' };
}
