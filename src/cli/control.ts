/** @file `lamp control`: asks something of a training that runs. */
import { Command } from 'commander';
import { controlTraining, controlTrainingSettings } from '../library/control-training.ts';
import { libraryOptions, withSettings } from './setting-options.ts';

const help = `
Examples:
  lamp control runs/horse --stop
  lamp control runs/horse --add-sample-prompt "a zebra runs" --sample-now

The training reads this between two steps, in whatever process it runs. What it learns does not change. A training that
was stopped is saved: continue it with "lamp train --out runs/horse --resume". One that makes no samples by itself
(--sample-every 0) makes those of a further prompt only when it is asked to, with --sample-now.`;

/** The `control` command. */
export function controlCommand(): Command {
  const command = new Command('control')
    .description('ask a running training to stop, to make sample videos, or to sample another prompt')
    .usage('<run> [options]')
    .argument('<run>', controlTrainingSettings.run.description as string);
  withSettings(command, controlTrainingSettings, { without: ['run'] });
  return command.addHelpText('after', help).action(async (run: string, _: object, command: Command) => {
    await controlTraining({ ...libraryOptions<object>(command.opts()), run });
  });
}
