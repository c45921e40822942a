/** @file `lamp edit`: gives a clip a new look. */
import { Command } from 'commander';
import { redrawStrength } from '../diffusion/sdedit.ts';
import { editVideo } from '../library/edit-video.ts';
import { firstFrameFits, videoDefaults } from '../pipelines/video/video-settings.ts';
import { trainingDefaults as usual } from '../training/training-settings.ts';
import { type EditOptions, givenEdit } from './edit-options.ts';
import { withFirstFrameBase } from './first-frame-base.ts';
import {
  baseHelp,
  clipFpsHelp,
  clipFrameRate,
  ofBase,
  oneOf,
  pictureSize,
  realNumber,
  requireOptions,
  someText,
  wholeNumber,
} from './options.ts';
import { runCommand } from './run-command.ts';
import { fitHelp, withGeneralOptions, withPosteriorOption, withSamplingOptions } from './video-options.ts';

const help = `
Examples:
  lamp edit girl.mp4 --clip-prompt "a girl runs beside a river" --base sd-1.5 \\
    --prompt "a girl runs beside a river, Van Gogh style" --out painted.mp4
  lamp edit girl.mp4 --base sd-1.5 --run painted.edit --strength 0.8 \\
    --prompt "a robot runs beside a river" --out robot.mp4           another look: no training, no inversion
  lamp edit girl.mp4 --motion runs/girl --base sd-1.5 --prompt "a girl runs in the snow" --first-frame snow.png --out snow.gif

First comes a first frame in the new look, which can be looked at (first-frame.png). Then the model learns the motion of the
clip, which takes most of the time; then the noise is found that the clip would have come from (inversion.safetensors); from
that and the first frame the video is made. The folder --run keeps all of it: the same command goes on where Ctrl-C or a kill
ended it, and what is not given is as it was then. The clip is edited from its first frame on.
What is not given is as the base recommends in its lamp.json, if it has one.`;

/** The command, to be added to the program. */
export function editCommand(): Command {
  const command = new Command('edit')
    .description(
      'give a clip a new look: learn its motion, and make it again from a prompt and a first frame',
    )
    .usage('<clip> --prompt <text> --clip-prompt <text> --out <path> [options]')
    .argument('<clip>', 'MP4, MOV, WebM, MKV, GIF, animated WebP, or a folder of numbered pictures')
    .option('--prompt <text>', 'what the new video shows', someText)
    .option(
      '--clip-prompt <text>',
      "what the clip shows, for learning from it (default: the clip's caption, in a text file of its name)",
      someText,
    )
    .option(
      '--out <path>',
      '.mp4, .webm or .gif; a name without ending makes a folder of PNG frames',
      someText,
    )
    .option(
      '--run <folder>',
      'where the parts of the edit are kept (default: beside --out, "name.edit")',
      someText,
    )
    .option('--base <folder>', `the base model: ${baseHelp}`, someText)
    .option('--motion <path>', 'a motion file or run folder trained on this clip before', someText);
  withGeneralOptions(command)
    .optionsGroup('First frame:')
    .option(
      '--first-frame <picture>',
      "the first frame in the new look (default: the clip's own is drawn anew from the prompt)",
      someText,
    )
    .option(
      '--first-frame-fit <how>',
      `${fitHelp} ${ofBase(videoDefaults.firstFrameFit)}`,
      oneOf(...firstFrameFits),
    )
    .option(
      '--strength <number>',
      `how far the clip's first frame is drawn anew: 0 leaves it as it is, 1 keeps next to nothing (default: ${redrawStrength})`,
      realNumber({ least: 0, most: 1 }),
    );
  withFirstFrameBase(command);
  withPosteriorOption(command)
    .optionsGroup('Clip:')
    .option(
      '--frames <n>',
      `frames, from the clip's first on ${ofBase('24, fewer of a shorter clip')}`,
      wholeNumber({ least: 2 }),
    )
    .option('--clip-fps <rate>', clipFpsHelp, clipFrameRate)
    .option(
      '--stride <n>',
      `take every n-th of these frames ${ofBase('2; 1 with frames that the base recommends')}`,
      wholeNumber(),
    )
    .option('--size <WxH>', `size in pixels ${ofBase(`${usual.width}x${usual.height}`)}`, pictureSize)
    .option(
      '--fit <how>',
      `for another aspect ratio of the clip: cover (cut what juts out) or stretch ${ofBase(usual.fit)}`,
      oneOf('cover', 'stretch'),
    )
    .option(
      '--fps <number>',
      'frames per second (default: the rate at which the clip is taken, divided by the stride)',
      realNumber({ above: 0, most: 1000 }),
    )
    .optionsGroup('Training:')
    .option('--steps <n>', `training steps ${ofBase(usual.steps)}`, wholeNumber())
    .option(
      '--learning-rate <rate>',
      `step size of AdamW ${ofBase(usual.learningRate)}`,
      realNumber({ above: 0 }),
    )
    .option('--save-every <n>', `write a checkpoint every n steps ${ofBase(usual.saveEvery)}`, wholeNumber())
    .optionsGroup('Inversion:')
    .option(
      '--inversion-steps <n>',
      "steps from the clip to its noise (default: the sampler's if it is ddim, or 50)",
      wholeNumber({ most: 1000 }),
    );
  return withSamplingOptions(command)
    .addHelpText('after', help)
    .action(async (clip: string, options: EditOptions) => {
      requireOptions(command, 'prompt', 'out');
      await runCommand(options, (work) => editVideo({ ...givenEdit(clip, options), ...work }));
    });
}
