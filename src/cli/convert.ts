/** @file `lamp convert`: converts motions from and to checkpoints of the authors' implementation. */
import { Command } from 'commander';
import { convertMotion, convertMotionSettings } from '../library/convert-motion.ts';
import { requireOptions } from './options.ts';
import { runCommand } from './run-command.ts';
import { withCommandOptions, withSettings } from './setting-options.ts';

const help = `
Examples:
  lamp convert outputs/horse/unet --base sd-1.4 --prompt "a horse runs" --out horse.safetensors
  lamp convert horse.safetensors --base sd-1.4 --out horse-unet/
  lamp convert runs/horse --dtype float16 --out horse-small.safetensors

The source is recognised by its content, the result by --out: a name with .safetensors is a motion file, any other a
folder with the authors' U-Net. Values are unchanged bit for bit unless --dtype float16 rounds them; low-rank factors
are multiplied out for the authors' U-Net.`;

/** The `convert` command. */
export function convertCommand(): Command {
  const command = new Command('convert')
    .description("convert a motion from or to the checkpoints of the LAMP authors' implementation")
    .usage('<source> --out <path> [options]')
    .argument('<source>', convertMotionSettings.source.description as string);
  withSettings(command, convertMotionSettings, { without: ['source'] });
  return withCommandOptions(command)
    .addHelpText('after', help)
    .action(async (source: string, _: object, command: Command) => {
      requireOptions(command, 'out');
      await runCommand(command, convertMotion, { source });
    });
}
