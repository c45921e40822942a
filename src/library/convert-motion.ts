/** @file Motions from and to the checkpoints of the LAMP authors' implementation. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { unreadable } from '../checkpoints/json-file.ts';
import { findTensors } from '../checkpoints/tensor-file.ts';
import type { WriteOptions } from '../checkpoints/writable-tensor.ts';
import { CheckpointError, UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { hasFactors, multipliedOut } from '../motion/file/low-rank.ts';
import { assertFits, readMotion, writeMotion } from '../motion/file/motion-file.ts';
import { findMotionFile } from '../motion/file/motion-path.ts';
import {
  type ReferenceFormat,
  readReferenceUNet,
  writeReferenceUNet,
} from '../motion/file/reference-checkpoint.ts';
import { isLamp, motionVariants } from '../motion/variant.ts';
import { phrase, setting } from '../phrases.ts';
import { trainingDefaults as usual } from '../training/training-settings.ts';
import { checkOptions, field, workFields } from './check-options.ts';
import { type BaseChoice, baseField, givenBase } from './load-base.ts';

/** What `convertMotion` takes. */
export interface ConvertMotionOptions extends WorkOptions {
  /** The authors' U-Net folder (or the folder above it), a motion file, or a run folder. */
  readonly source: string;
  /** A name with `.safetensors` makes a motion file, any other a folder with the authors' U-Net. */
  readonly out: string;
  /** The image model that the motion was trained on; not needed from motion to motion. See `LoadBaseOptions.base`. */
  readonly base?: BaseChoice;
  /** Allow a base with other weights than the authors' U-Net was trained on; default false. */
  readonly otherBase?: boolean;
  /** Numbers in the file; default `float32`. */
  readonly dtype?: NonNullable<WriteOptions['dtype']>;
  /**
   * What the clips show. Needed from the authors' U-Net; refused for a motion file, which says so itself, as are
   * `frames` to `steps` below.
   */
  readonly prompt?: string;
  /** Frames that it was trained with, 2 to 10000; default 16. */
  readonly frames?: number;
  /** Pixels that it was trained with; default that of training. */
  readonly width?: number;
  /** Pixels, like `width`. */
  readonly height?: number;
  /** Frames per second to play at, above 0 up to 1000; default 8. */
  readonly framesPerSecond?: number;
  /** Training steps taken; default 0, unknown. */
  readonly steps?: number;
  /** To the authors' U-Net only: the kind of its file; default `bin`. */
  readonly format?: ReferenceFormat;
}

const pixels = z.int({ error: 'a whole number above 0' }).min(1, { error: 'a whole number above 0' });
const frames = { error: 'a whole number from 2 to 10000' };
const rate = { error: 'a number above 0 up to 1000' };
const steps = { error: 'a whole number that is not below 0' };

const fields = {
  source: field.path,
  out: field.path,
  base: baseField.optional(),
  otherBase: field.flag.optional(),
  dtype: z.enum(['float32', 'float16'], { error: 'one of: float32, float16' }).optional(),
  prompt: field.text.optional(),
  frames: z.int(frames).min(2, frames).max(10_000, frames).optional(),
  width: pixels.optional(),
  height: pixels.optional(),
  framesPerSecond: z.number(rate).positive(rate).max(1000, rate).optional(),
  steps: z.int(steps).min(0, steps).optional(),
  format: z.enum(['bin', 'safetensors'], { error: 'one of: bin, safetensors' }).optional(),
  ...workFields,
};

/** Options that only one direction has, and how the command calls them. */
const fromReference = {
  prompt: 'prompt',
  frames: 'frames',
  width: 'size',
  height: 'size',
  framesPerSecond: 'fps',
  steps: 'steps',
} as const;
const toReference = { format: 'format' } as const;

/**
 * Converts a motion in whichever direction `source` and `out` ask for, and returns the path of what was written. All
 * values stay as they are, bit for bit, unless `dtype` rounds them; low-rank factors are multiplied out for the
 * authors' U-Net. Throws `UsageError` for an option that makes no sense or belongs to another direction,
 * `CheckpointError` when source or base is missing, damaged or does not fit, `StorageError` when `out` cannot be
 * written.
 */
export async function convertMotion(options: ConvertMotionOptions): Promise<string> {
  const { onEvent, signal, ...asked } = checkOptions('convertMotion', options, fields);
  const work = { onEvent, signal };
  const path = await convert(asked, work);
  onEvent?.({ type: 'written', path });
  return path;
}

async function convert(options: ConvertMotionOptions, work: WorkOptions): Promise<string> {
  const { source, out, dtype = 'float32', format, otherBase = false } = options;
  const toMotion = /\.safetensors$/i.test(out);
  const unet = await findReferenceUNet(source);
  if (unet === undefined) refuseOptions(options, fromReference, "the authors' U-Net comes in");
  if (toMotion) refuseOptions(options, toReference, "the authors' U-Net goes out");

  if (unet !== undefined) {
    if (!toMotion) {
      throw new UsageError({
        found: `"${source}" is the authors' U-Net already`,
        setting: 'out',
        advice: phrase`To make a motion file of it, give ${setting('out')} a name with .safetensors.`,
      });
    }
    const { prompt, frames = usual.frames, framesPerSecond = 8, steps = 0 } = options;
    const { width = usual.width, height = usual.height } = options;
    if (prompt === undefined)
      throw new UsageError({
        found: phrase`${setting('prompt')} is missing: a motion says what its clips show`,
        setting: 'prompt',
      });
    const base = await neededBase(options, work);
    const values = await readReferenceUNet(unet, base, { otherWeights: otherBase });
    const info = {
      baseName: base.name,
      baseFingerprint: base.fingerprint,
      prompt,
      frames,
      width,
      height,
      framesPerSecond,
      steps,
      variant: motionVariants.lamp,
      settings: { convertedFrom: "the authors' U-Net" },
    };
    await writeMotion(out, { info, values }, { dtype });
    return out;
  }

  const path = await findMotionFile(source);
  const motion = await readMotion(path);
  if (toMotion) {
    await writeMotion(out, motion, { dtype });
    return out;
  }
  if (!isLamp(motion.info.variant)) {
    throw new CheckpointError(
      `motion "${path}" is of another method than LAMP, whose U-Net is all that the authors' implementation computes.`,
    );
  }
  const base = await neededBase(options, work);
  assertFits(path, motion, base, work);
  const values = hasFactors(motion.values) ? await multipliedOut(motion.values, base) : motion.values;
  return writeReferenceUNet(out, values, base, { dtype, ...(format && { format }) });
}

/**
 * The folder of the authors' U-Net at `source`: itself, or `unet` in it; undefined when it is something else. Throws
 * for a PyTorch file, naming what it is where it is none.
 */
async function findReferenceUNet(source: string): Promise<string | undefined> {
  const found = await stat(source).catch(() => undefined);
  if (!found?.isDirectory()) {
    if (!/\.(bin|pt|pth|ckpt)$/i.test(source)) return undefined;
    if (found) await findTensors(source);
    throw new UsageError(
      `"${source}" is no motion file. Give the folder of the authors' U-Net, with its config.json.`,
    );
  }
  const names = await readdir(source).catch(async (error: unknown) => {
    throw await unreadable(error, source, 'the folder');
  });
  if (names.includes('config.json')) return source;
  return names.includes('model_index.json') && names.includes('unet') ? join(source, 'unet') : undefined;
}

function refuseOptions(
  options: ConvertMotionOptions,
  names: Readonly<Partial<Record<keyof ConvertMotionOptions, string>>>,
  where: string,
): void {
  const given = Object.entries(names).find(
    ([name]) => options[name as keyof ConvertMotionOptions] !== undefined,
  );
  if (given)
    throw new UsageError({
      found: phrase`${setting(given[0])} is only for conversions in which ${where}`,
      setting: given[0],
    });
}

function neededBase({ base }: ConvertMotionOptions, work: WorkOptions) {
  if (base === undefined) {
    throw new UsageError({
      found: phrase`${setting('base')} is missing: a motion is nothing without the model that it was trained on`,
      setting: 'base',
    });
  }
  return givenBase(base, work);
}
