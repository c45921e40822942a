/** @file `lamp inspect`: says what a file or folder is. */
import { Command } from 'commander';
import { inspect, type InspectOptions as LibraryOptions } from '../library/inspect.ts';
import type { PictureSize } from '../models/programs.ts';
import { deviceNames } from '../runtime/devices.ts';
import { trainingDefaults as usual } from '../training/training-settings.ts';
import { factLines } from './facts.ts';
import { inspectionFacts } from './inspection-facts.ts';
import { ofBase, pictureSize, wholeNumber } from './options.ts';
import { runCommand } from './run-command.ts';

interface InspectOptions {
  readonly frames?: number;
  readonly size?: PictureSize;
  readonly device: NonNullable<LibraryOptions['device']>;
  readonly json?: boolean;
}

const help = `
Examples:
  lamp inspect stable-diffusion-v1-5 --size 256x256 --frames 8    architecture, cost of training
  lamp inspect built-in                                           what the model that comes with lamp can draw
  lamp inspect runs/horse                                         prompt, settings, progress; also of a motion
  lamp inspect clips/horse-runs                                   size, frames, rate, strides that fit
  lamp inspect zebra.mp4                                          how it was made; also of a PNG that "lamp image" drew`;

/** The command, to be added to the program. */
export function inspectCommand(): Command {
  return new Command('inspect')
    .description(
      'say what a motion, run, base model, clip, video or picture is, and what training would cost',
    )
    .argument(
      '<path>',
      'motion file, run folder, diffusers folder or model in one file, built-in, clip, folder of clips, generated video, or drawn picture',
    )
    .option(
      '--frames <number>',
      `frames of a training video ${ofBase(usual.frames)}`,
      wholeNumber({ least: 2, most: 10_000 }),
    )
    .option(
      '--size <WxH>',
      `size of a training video ${ofBase(`${usual.width}x${usual.height}`)}`,
      pictureSize,
    )
    .option('--device <name>', `where training would run: ${deviceNames.join(', ')}`, 'cpu')
    .option('--json', 'print one JSON object')
    .addHelpText('after', help)
    .action(async (path: string, options: InspectOptions) => {
      const { json, size, ...others } = options;
      const found = await runCommand({}, ({ onEvent, signal }) =>
        // One object is all that programs are told.
        inspect({ ...others, ...size, path, signal, onEvent: json ? undefined : onEvent }),
      );
      const facts = inspectionFacts(found);
      process.stdout.write(`${json ? JSON.stringify(facts.data) : factLines(facts)}\n`);
    });
}
