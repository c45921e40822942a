/** @file `lamp inspect`: describes a file or folder. */
import { Command } from 'commander';
import { inspect, inspectSettings } from '../library/inspect-path.ts';
import { factLines } from './facts.ts';
import { inspectionFacts } from './inspection-facts.ts';
import { runCommand } from './run-command.ts';
import { withCommandOptions, withSettings } from './setting-options.ts';

const help = `
Examples:
  lamp inspect stable-diffusion-v1-5 --size 256x256 --frames 8    architecture, cost of training
  lamp inspect stable-diffusion-v1-5 --for 12GB                   the videos for which 12 GB of memory suffice
  lamp inspect built-in                                           what the built-in model can draw
  lamp inspect runs/horse                                         prompt, settings, progress; also of a motion
  lamp inspect clips/horse-runs                                   the notes of "lamp clips"
  lamp inspect zebra.mp4                                          how it was made; also of a PNG that "lamp image" drew`;

/** The `inspect` command. */
export function inspectCommand(): Command {
  const command = new Command('inspect')
    .description('describe a motion, run, base model, clip, video or picture; estimate the cost of training')
    .argument(
      '<path>',
      'motion file, run folder, diffusers folder, single-file model, built-in, clip, folder of clips, generated video, or drawn picture',
    );
  withSettings(command, inspectSettings, { without: ['path'], group: 'Options' });
  return withCommandOptions(command, 'print one JSON object')
    .addHelpText('after', help)
    .action(async (path: string, { json }: { readonly json?: boolean }) => {
      // Programs get a single object only.
      const events = json ? { onEvent: undefined } : {};
      const facts = inspectionFacts(await runCommand(command, inspect, { path, ...events }));
      process.stdout.write(`${json ? JSON.stringify(facts.data) : factLines(facts)}\n`);
    });
}
