/** @file `convertMotion`: converts motions from and to checkpoints of the LAMP authors' implementation. */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { checkOptions } from '../check-options.ts';
import { unreadable } from '../checkpoints/json-file.ts';
import { findTensors } from '../checkpoints/tensor-file.ts';
import { CheckpointError, UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { rateSetting, shapeSettings } from '../media/shape-settings.ts';
import { assertPictureSize } from '../models/picture-size.ts';
import { hasFactors, multipliedOut } from '../motion/file/low-rank.ts';
import { assertFitsBase, writeMotion } from '../motion/file/motion-file.ts';
import { readReferenceUNet, writeReferenceUNet } from '../motion/file/reference-checkpoint.ts';
import { isLamp, motionVariants } from '../motion/variant.ts';
import { phrase, setting } from '../phrases.ts';
import { calledSetting, concerning } from '../renamed-setting.ts';
import {
  declare,
  type GivenSettings,
  namesOf,
  redeclared,
  required,
  withDefaults,
  withText,
} from '../settings.ts';
import { trainingDefaults as usual } from '../training/training-settings.ts';
import { baseSetting, givenBase } from './load-base.ts';
import { givenMotion } from './load-motion.ts';
import { field, workFields } from './shared-fields.ts';
import { assertNotGiven } from './unused-options.ts';

const fromReferenceGroup = "From the authors' U-Net, which does not say";

/**
 * Settings of a motion converted from the authors' U-Net, which does not contain them; refused for a motion file, which
 * does.
 */
const fromReference = withText(
  {
    prompt: declare(field.text, { description: 'what the clips show' }),
    ...redeclared(
      { ...shapeSettings, framesPerSecond: rateSetting },
      {
        frames: { description: 'number of frames in training', default: usual.frames },
        width: {
          description: 'width of the training videos',
          sizeOf: 'the training videos',
          default: usual.width,
        },
        height: { description: 'height of the training videos', default: usual.height },
        framesPerSecond: { description: 'frame rate of its videos', default: 8 },
      },
    ),
    steps: declare(z.int().min(0), {
      description: 'training steps taken; 0: unknown',
      unit: 'steps',
      default: 0,
    }),
  },
  { group: fromReferenceGroup },
);

/** Settings for writing the authors' U-Net. */
const toReference = {
  format: declare(z.enum(['bin', 'safetensors']), {
    description: "file format of the authors' U-Net",
    group: "To the authors' U-Net",
    usual: 'bin',
  }),
};

/** The settings of `convertMotion`. */
export const convertMotionSettings = {
  source: required(
    declare(field.path, {
      description:
        "the authors' U-Net folder (or the folder above it), a motion file, a run folder, or a checkpoint in one",
    }),
  ),
  out: required(
    declare(field.path, {
      description: "a motion file, if the name ends in .safetensors, else a folder for the authors' U-Net",
    }),
  ),
  base: declare(baseSetting.schema, {
    description: 'the image model that it was trained on; not needed between motion files',
  }),
  otherBase: declare(field.flag, {
    description: "allow a base with weights other than those of the authors' U-Net",
    default: false,
  }),
  dtype: declare(z.enum(['float32', 'float16']), {
    description: 'number format in the file',
    default: 'float32',
  }),
  ...fromReference,
  ...toReference,
};

/** Options of `convertMotion`. */
export interface ConvertMotionOptions extends GivenSettings<typeof convertMotionSettings>, WorkOptions {}

/**
 * Converts a motion in the direction given by `source` and `out`, and returns the path written. Values are unchanged
 * bit for bit unless `dtype` rounds them; low-rank factors are multiplied out for the authors' U-Net. Throws
 * `UsageError` for an option that is invalid or for another direction, `CheckpointError` if source or base is missing,
 * damaged or does not fit, `StorageError` if `out` cannot be written.
 *
 * @example
 * import { convertMotion } from 'lamp-video';
 *
 * const path = await convertMotion({ source: 'runs/jumps', out: 'jumps.safetensors', dtype: 'float16' });
 * console.log(path);
 */
export async function convertMotion(options: ConvertMotionOptions): Promise<string> {
  const {
    onEvent,
    onPreview: _,
    signal,
    ...asked
  } = checkOptions('convertMotion', options, {
    ...convertMotionSettings,
    ...workFields,
  });
  const work = { onEvent, signal };
  const path = await concerning({ StorageError: 'out' }, () => convert(asked, work));
  onEvent?.({ type: 'written', path });
  return path;
}

async function convert(options: ConvertMotionOptions, work: WorkOptions): Promise<string> {
  const settings = withDefaults(convertMotionSettings, options);
  const { source, out, dtype, format, otherBase } = settings;
  const toMotion = /\.safetensors$/i.test(out);
  const unet = await concerning('source', () => findReferenceUNet(source));
  const others = { ...options, otherBase: otherBase || undefined };
  if (unet === undefined) {
    refuseOptions(others, [...namesOf(fromReference), 'otherBase'], "the authors' U-Net comes in");
  }
  if (toMotion) refuseOptions(others, namesOf(toReference), "the authors' U-Net goes out");
  if (unet === undefined && toMotion)
    refuseOptions(others, ['base'], "the authors' U-Net comes in or goes out");

  if (unet !== undefined) {
    if (!toMotion) {
      throw new UsageError({
        found: `"${source}" is the authors' U-Net already`,
        setting: 'out',
        advice: phrase`To make a motion file of it, give ${setting('out')} a name with .safetensors.`,
      });
    }
    const { prompt, frames, width, height, framesPerSecond, steps } = settings;
    if (prompt === undefined)
      throw new UsageError({
        found: phrase`${setting('prompt')} is missing: a motion says what its clips show`,
        setting: 'prompt',
      });
    const base = await neededBase(options, work);
    assertPictureSize(base.vae.config, { width, height });
    const values = await concerning('source', () =>
      readReferenceUNet(unet, base, { otherWeights: otherBase }),
    );
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

  const { path, ...motion } = await calledSetting('motion', 'source', () => givenMotion(source));
  if (toMotion) {
    await writeMotion(out, motion, { dtype });
    return out;
  }
  if (!isLamp(motion.info.variant)) {
    throw new CheckpointError({
      found: `motion "${path}" is of another method than LAMP`,
      expected: "a motion of LAMP, whose U-Net is all that the authors' implementation computes",
      setting: 'source',
    });
  }
  const base = await neededBase(options, work);
  assertFitsBase(path, motion, base, work);
  return concerning({ CheckpointError: 'base' }, async () => {
    const values = hasFactors(motion.values) ? await multipliedOut(motion.values, base) : motion.values;
    return writeReferenceUNet(out, values, base, { dtype, ...(format && { format }) });
  });
}

/**
 * The folder of the authors' U-Net at `source`: itself, or `unet` in it; `undefined` if it is something else. Throws
 * for a single PyTorch file, and says what it is if it is not one.
 */
async function findReferenceUNet(source: string): Promise<string | undefined> {
  const found = await stat(source).catch(() => undefined);
  if (!found?.isDirectory()) {
    if (!/\.(bin|pt|pth|ckpt)$/i.test(source)) return undefined;
    if (found) await findTensors(source);
    throw new UsageError({
      found: `"${source}" is no motion file`,
      setting: 'source',
      advice: "Give the folder of the authors' U-Net, with its config.json.",
    });
  }
  const names = await readdir(source).catch(async (error: unknown) => {
    throw await unreadable(error, source, 'the folder');
  });
  if (names.includes('config.json')) return source;
  return names.includes('model_index.json') && names.includes('unet') ? join(source, 'unet') : undefined;
}

function refuseOptions(options: object, names: readonly string[], where: string): void {
  assertNotGiven(
    options,
    names,
    (name) => phrase`${setting(name)} is only for conversions in which ${where}`,
  );
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
