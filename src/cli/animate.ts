/** @file `lamp animate`: animates pictures with a motion. */
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

A folder stands for the pictures in it, and @pictures.txt for the pictures and folders listed in that file: one path per
line, in UTF-8, relative to the file. A picture whose name begins with @ is given as ./@name.

Several pictures give a folder of videos, each named after its picture. EXIF orientation is applied. A picture that cannot
be read is reported and skipped; the command then exits with 3. Existing videos of these names are replaced.
All pictures use the same seed: a picture gives the same video alone or with others.`;

/** The `animate` command. */
export function animateCommand(): Command {
  const command = new Command('animate')
    .description('animate pictures with a motion')
    .usage('<picture|folder|@list>... --motion <path> --out <path> [options]')
    .argument(
      '<pictures...>',
      'PNG, JPEG, WebP, AVIF, TIFF, GIF or SVG; folders of them; @file with one path per line',
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
