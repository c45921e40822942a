/** @file `lamp convert`: motions from and to the checkpoints of the LAMP authors' implementation. */
import { Command } from 'commander';
import { type ConvertMotionOptions, convertMotion } from '../library/convert-motion.ts';
import type { PictureSize } from '../models/programs.ts';
import { withoutUndefined } from '../pipelines/video/video-settings.ts';
import { trainingDefaults as usual } from '../training/training-settings.ts';
import { interruptible } from './interruptible.ts';
import { oneOf, pictureSize, realNumber, requireOptions, someText, wholeNumber } from './options.ts';
import { reporter } from './progress.ts';

/** What commander makes of the options. */
interface ConvertOptions
  extends Omit<ConvertMotionOptions, 'source' | 'width' | 'height' | 'framesPerSecond'> {
  readonly size?: PictureSize;
  readonly fps?: number;
  readonly json?: boolean;
}

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
      const { json = false, size, fps, ...others } = options;
      const asked = withoutUndefined({ ...others, ...size, framesPerSecond: fps, source });
      const { onEvent, end } = reporter({ json });
      try {
        await interruptible((signal) => convertMotion({ ...asked, onEvent, signal } as ConvertMotionOptions));
      } finally {
        end();
      }
    });
}
