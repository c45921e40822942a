/** @file `lamp animate`: makes pictures move with a motion. */
import { Command } from 'commander';
import { animateImages, animateImagesSettings } from '../library/animate-images.ts';
import { withMotionOption } from './motion-option.ts';
import { requireOptions } from './options.ts';
import { runCommand } from './run-command.ts';
import { withCommandOptions, withSettings } from './setting-options.ts';

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
  withMotionOption(command);
  withSettings(command, animateImagesSettings, {
    without: ['pictures', 'motion', 'motions', 'useRecommended'],
    names: { firstFrameFit: '--fit' },
  });
  return withCommandOptions(command)
    .addHelpText('after', help)
    .action(async (pictures: string[], _: object, command: Command) => {
      requireOptions(command, 'motions', 'out');
      await runCommand(command, animateImages, { pictures });
    });
}
