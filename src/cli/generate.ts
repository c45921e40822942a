/** @file `lamp generate`: makes a video with a motion. */
import { Command } from 'commander';
import { type GenerateVideoOptions, generateVideo } from '../library/generate-video.ts';
import { firstFrameFits, videoDefaults } from '../pipelines/video/video-settings.ts';
import { withFirstFrameBase } from './first-frame-base.ts';
import { type CommandVideoOptions, givenVideo } from './given-video.ts';
import { withMotionOption } from './motion-option.ts';
import { ofBase, oneOf, requireOptions, someText } from './options.ts';
import { runCommand } from './run-command.ts';
import {
  fitHelp,
  withGeneralOptions,
  withPosteriorOption,
  withSamplingOptions,
  withSizeOptions,
} from './video-options.ts';

/** What commander makes of the options. */
interface GenerateOptions
  extends CommandVideoOptions,
    Pick<GenerateVideoOptions, 'firstFrame' | 'firstFrameBase' | 'firstFrameSize'> {
  readonly prompt: string;
  readonly out: string;
  readonly firstFramePrompt?: string;
}

const help = `
Examples:
  lamp generate --motion runs/jumps --prompt "a fox jumps in the snow" --out fox.gif
  lamp generate --motion runs/horse --base sd-1.5 --prompt "a zebra runs on Mars" --out zebra.mp4
  lamp generate --motion runs/horse --base sd-1.5 --prompt "a pony runs" --first-frame pony.jpg --out pony.gif
  lamp generate --motion runs/horse --base sd-1.5 --prompt "a zebra runs" --first-frame-base sd-xl --out zebra.mp4
  lamp generate --motion runs/horse --base sd-1.5 --prompt "a horse runs" --sampler dpm++ --seed 7 --out frames/
  lamp generate --motion runs/horse:0.7 --motion runs/rain:0.4 --base sd-1.5 --prompt "a horse in the rain" --out rain.mp4

What is not given is as the base recommends in its lamp.json, if it has one. The base may be another model of the kind that
the motion was trained on.
An existing video of that name is replaced when the new one is complete. The video stores how it was made:
"lamp inspect" shows it. The same seed on the same device gives the same bytes.`;

/** The command, to be added to the program. */
export function generateCommand(): Command {
  const command = new Command('generate')
    .description('make a video that moves as a motion says, from a prompt and a first frame')
    .usage('--motion <path> --prompt <text> --out <path> [options]');
  withMotionOption(command)
    .option('--prompt <text>', 'what the video shows', someText)
    .option(
      '--out <path>',
      '.mp4, .webm or .gif; a name without ending makes a folder of PNG frames',
      someText,
    );
  withGeneralOptions(command);
  withSizeOptions(command)
    .optionsGroup('First frame:')
    .option(
      '--first-frame <picture>',
      'begin with this picture (default: the base model draws one)',
      someText,
    )
    .option(
      '--first-frame-prompt <text>',
      'what the drawn first frame shows (default: the prompt)',
      someText,
    );
  withFirstFrameBase(command).option(
    '--first-frame-fit <how>',
    `${fitHelp} ${ofBase(videoDefaults.firstFrameFit)}`,
    oneOf(...firstFrameFits),
  );
  withPosteriorOption(command);
  return withSamplingOptions(command)
    .addHelpText('after', help)
    .action((options: GenerateOptions, command: Command) => {
      requireOptions(command, 'motion', 'prompt', 'out');
      return generate(options);
    });
}

async function generate(options: GenerateOptions): Promise<void> {
  const { firstFramePrompt: prompt, ...others } = options;
  const drawing = prompt === undefined ? {} : { drawing: { prompt } };
  await runCommand(options, (work) => generateVideo({ ...givenVideo(others), ...drawing, ...work }));
}
