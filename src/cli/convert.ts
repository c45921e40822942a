/** @file `lamp convert`: motions from and to the checkpoints of the LAMP authors' implementation. */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { unreadable } from '../checkpoints/json-file.ts';
import { findTensors } from '../checkpoints/tensor-file.ts';
import type { WriteOptions } from '../checkpoints/writable-tensor.ts';
import { CheckpointError, UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import type { PictureSize } from '../models/programs.ts';
import { hasFactors, multipliedOut } from '../motion/file/low-rank.ts';
import { assertFits, readMotion, writeMotion } from '../motion/file/motion-file.ts';
import { findMotionFile } from '../motion/file/motion-path.ts';
import {
  type ReferenceFormat,
  readReferenceUNet,
  writeReferenceUNet,
} from '../motion/file/reference-checkpoint.ts';
import { isLamp, motionVariants } from '../motion/variant.ts';
import { trainingDefaults as usual } from '../training/settings.ts';
import { chosenBase } from './base-option.ts';
import { interruptible } from './interruptible.ts';
import { oneOf, pictureSize, realNumber, requireOptions, someText, wholeNumber } from './options.ts';
import { reporter } from './progress.ts';

interface ConvertOptions {
  readonly out: string;
  readonly base?: string;
  readonly otherBase?: boolean;
  readonly dtype: NonNullable<WriteOptions['dtype']>;
  readonly prompt?: string;
  readonly frames?: number;
  readonly size?: PictureSize;
  readonly fps?: number;
  readonly steps?: number;
  readonly format?: ReferenceFormat;
  readonly json?: boolean;
}

/** Options that only one direction has. */
const fromReference = ['prompt', 'frames', 'size', 'fps', 'steps'] as const;
const toReference = ['format'] as const;

const help = `
Examples:
  lamp convert outputs/horse/unet --base sd-1.4 --prompt "a horse runs" --out horse.safetensors
  lamp convert horse.safetensors --base sd-1.4 --out horse-unet/
  lamp convert runs/horse --dtype float16 --out horse-small.safetensors

What comes in is told by its content, what goes out by --out: a name with .safetensors is a motion file, any other a
folder with the authors' U-Net. All values stay as they are, bit for bit, unless --dtype float16 rounds them;
factors of low rank are multiplied out for the authors' U-Net.`;

/** The command, to be added to the program. */
export function convertCommand(): Command {
  return new Command('convert')
    .description("convert a motion from or to the checkpoints of the LAMP authors' implementation")
    .usage('<source> --out <path> [options]')
    .argument(
      '<source>',
      "the authors' U-Net folder (or the folder above it), a motion file, or a run folder",
    )
    .option('--out <path>', 'a motion file (.safetensors), or a folder for the U-Net', someText)
    .option(
      '--base <path>',
      'the image model that it was trained on; not needed from motion to motion',
      someText,
    )
    .option('--other-base', "allow a base with other weights than the authors' U-Net was trained on")
    .option(
      '--dtype <kind>',
      'numbers in the file: float32 or float16',
      oneOf('float32', 'float16'),
      'float32',
    )
    .option('--json', 'print every event as one line of JSON on standard output')
    .optionsGroup("From the authors' U-Net, which does not say:")
    .option('--prompt <text>', 'what the clips show', someText)
    .option(
      '--frames <number>',
      `frames it was trained with (default: ${usual.frames})`,
      wholeNumber({ least: 2, most: 10_000 }),
    )
    .option('--size <WxH>', `size it was trained with (default: ${usual.width}x${usual.height})`, pictureSize)
    .option(
      '--fps <number>',
      'frames per second to play at (default: 8)',
      realNumber({ above: 0, most: 1000 }),
    )
    .option('--steps <number>', 'training steps taken (default: 0, unknown)', wholeNumber({ least: 0 }))
    .optionsGroup("To the authors' U-Net:")
    .option('--format <name>', 'bin or safetensors (default: bin)', oneOf('bin', 'safetensors'))
    .addHelpText('after', help)
    .action(async (source: string, options: ConvertOptions, command: Command) => {
      requireOptions(command, 'out');
      const { onEvent, end } = reporter({ json: options.json ?? false });
      try {
        await interruptible(async (signal) => {
          const path = await convert(source, options, { onEvent, signal });
          onEvent({ type: 'written', path });
        });
      } finally {
        end();
      }
    });
}

/** Converts in whichever direction source and target ask for; returns the path of what was written. */
async function convert(source: string, options: ConvertOptions, work: WorkOptions): Promise<string> {
  const { out, dtype, format, otherBase = false } = options;
  const toMotion = /\.safetensors$/i.test(out);
  const unet = await findReferenceUNet(source);
  if (unet === undefined) refuseOptions(options, fromReference, "the authors' U-Net comes in");
  if (toMotion) refuseOptions(options, toReference, "the authors' U-Net goes out");

  if (unet !== undefined) {
    if (!toMotion) {
      throw new UsageError(
        `"${source}" is the authors' U-Net already. To make a motion file of it, give --out a name with .safetensors.`,
      );
    }
    const { prompt, frames = usual.frames, size = usual, fps = 8, steps = 0 } = options;
    if (prompt === undefined)
      throw new UsageError('--prompt <text> missing: a motion says what its clips show.');
    const base = await neededBase(options, work);
    const values = await readReferenceUNet(unet, base, { otherWeights: otherBase });
    const info = {
      baseName: base.name,
      baseFingerprint: base.fingerprint,
      prompt,
      frames,
      width: size.width,
      height: size.height,
      framesPerSecond: fps,
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
 * The folder of the authors' U-Net at `source`: itself, or `unet` in it; undefined when it is something else. Throws for a
 * PyTorch file, naming what it is where it is none.
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
  options: ConvertOptions,
  names: readonly (keyof ConvertOptions)[],
  where: string,
): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given !== undefined) throw new UsageError(`--${given} is only for conversions in which ${where}.`);
}

function neededBase({ base }: ConvertOptions, work: WorkOptions) {
  if (base === undefined) {
    throw new UsageError(
      '--base <path> missing: a motion is nothing without the model that it was trained on.',
    );
  }
  return chosenBase(base, work);
}
