/** @file `lamp generate`: generates a video with a motion. */
import { Command } from 'commander';
import { generateVideo, generateVideoSettings } from '../library/generate-video.ts';
import { drawingSettings } from '../library/shared-settings.ts';
import { pick } from '../settings.ts';
import { withMotionOption } from './motion-option.ts';
import { requireOptions } from './options.ts';
import { runCommand } from './run-command.ts';
import { withCommandOptions, withSettings } from './setting-options.ts';

const help = `
Examples:
  lamp generate --motion runs/jumps --prompt "a fox jumps in the snow" --out fox.gif
  lamp generate --motion runs/horse --base sd-1.5 --prompt "a zebra runs on Mars" --out zebra.mp4
  lamp generate --motion runs/horse --base sd-1.5 --prompt "a pony runs" --first-frame pony.jpg --out pony.gif
  lamp generate --motion runs/horse --base sd-1.5 --prompt "a zebra runs" --first-frame-base sd-xl --out zebra.mp4
  lamp generate --motion runs/horse --base sd-1.5 --prompt "a horse runs" --sampler dpm++ --seed 7 --out frames/
  lamp generate --motion runs/horse:0.7 --motion runs/rain:0.4 --base sd-1.5 --prompt "a horse in the rain" --out rain.mp4

Settings that are not given are those that the base recommends in its lamp.json, if it has one. The base may be another
model of the same architecture as the one that the motion was trained on.
An existing video is replaced once the new one is complete. The video stores how it was made, which "lamp inspect"
prints. The same seed gives the same bytes on the same device with as many threads.`;

/** The `generate` command. */
export function generateCommand(): Command {
  const command = new Command('generate')
    .description('make a video with a motion, from a prompt and a first frame')
    .usage('--motion <path> --prompt <text> --out <path> [options]');
  withMotionOption(command);
  const without = ['motion', 'motions', 'drawing', 'useRecommended'] as const;
  withSettings(command, generateVideoSettings, { without });
  withSettings(command, pick(drawingSettings, ['prompt']), { within: 'drawing' });
  return withCommandOptions(command)
    .addHelpText('after', help)
    .action(async (_: object, command: Command) => {
      requireOptions(command, 'motions', 'prompt', 'out');
      await runCommand(command, generateVideo);
    });
}
