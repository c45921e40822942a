/** @file `lamp animate`: makes pictures move with a motion. */
import { Command } from 'commander';
import { type AnimateImagesOptions, animateImages } from '../library/animate-images.ts';
import { targetFormats } from '../library/video-targets.ts';
import { firstFrameFits, type VideoSettings, videoDefaults } from '../pipelines/video/video-settings.ts';
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
interface AnimateOptions
  extends Omit<CommandVideoOptions, 'out'>,
    Pick<AnimateImagesOptions, 'prompt' | 'out' | 'format'> {
  readonly fit?: VideoSettings['firstFrameFit'];
}

const help = `
Examples:
  lamp animate fox.jpg --motion runs/jumps --out fox.mp4
  lamp animate photos/*.jpg --motion runs/horse --base sd-1.5 --out moving/ --format gif
  lamp animate photos/ more/ --motion runs/horse --out moving/
  lamp animate @pictures.txt --motion runs/horse --out moving/
  lamp animate pony.png --motion runs/horse:0.8 --motion runs/rain:0.3 --base sd-1.5 --fit pad --out pony.webm

A folder stands for the pictures in it, @pictures.txt for those that the file names: a path a line, in UTF-8, relative to the file,
each a picture or a folder. A picture whose name begins with @ is given as ./@name.

Several pictures make a folder of videos, each named after its picture. Pictures are turned as their EXIF says. One that cannot
be read is told, and the others go on; the command then ends with exit code 3. Existing videos of these names are replaced.
All pictures have the same seed: one alone gives the same video as among others.`;

/** The command, to be added to the program. */
export function animateCommand(): Command {
  const command = new Command('animate')
    .description('make pictures move as a motion says')
    .usage('<picture|folder|@list>... --motion <path> --out <path> [options]')
    .argument(
      '<pictures...>',
      'PNG, JPEG, WebP, AVIF, TIFF, GIF or SVG; folders of them; @file with a path a line',
    );
  withMotionOption(command)
    .option('--prompt <text>', "what the videos show (default: the motion's prompt)", someText)
    .option(
      '--out <path>',
      'of one picture: .mp4, .webm, .gif, or a name without ending for a folder of PNG frames; of several, a folder of pictures or a list: a folder',
      someText,
    )
    .option(
      '--format <name>',
      `kind of the videos in the folder --out: ${targetFormats.join(', ')} (default: mp4)`,
      oneOf(...targetFormats),
    );
  withGeneralOptions(command);
  withSizeOptions(command)
    .optionsGroup('First frame:')
    .option('--fit <how>', `${fitHelp} ${ofBase(videoDefaults.firstFrameFit)}`, oneOf(...firstFrameFits));
  withPosteriorOption(command);
  return withSamplingOptions(command)
    .addHelpText('after', help)
    .action(async (pictures: string[], options: AnimateOptions, command: Command) => {
      requireOptions(command, 'motion', 'out');
      const { fit: firstFrameFit, ...others } = options;
      const given = { ...givenVideo(others), ...(firstFrameFit && { firstFrameFit }), pictures };
      await runCommand(options, (work) => animateImages({ ...given, ...work }));
    });
}
