/** @file Options that all commands have which make videos with a motion, so that each is described once. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { samplerNames } from '../pipelines/draw/sampling-settings.ts';
import { defaultSteps, videoDefaults } from '../pipelines/video/video-settings.ts';
import { deviceNames } from '../runtime/devices.ts';
import { ofBase, oneOf, pictureSize, realNumber, seedNumber, wholeNumber } from './options.ts';

/** What the fits are, for the help. */
export const fitHelp =
  'cover (cut what juts out), pad (the whole picture over a blurred copy), stretch or opencv';

/** Adds what stands with the general options: what not to show, seed, device, output. */
export function withGeneralOptions(command: Command): Command {
  return command
    .option('--negative-prompt <text>', 'what the video shall not show (default: nothing)')
    .option('--seed <number>', 'another seed gives another video', seedNumber, 0)
    .option('--device <name>', `where to compute: ${deviceNames.join(', ')}`, 'cpu')
    .option('--json', 'print every event as one line of JSON on standard output');
}

/** Adds the video's length, size and rate. */
export function withSizeOptions(command: Command): Command {
  return command
    .optionsGroup('Size:')
    .option(
      '--frames <number>',
      "number of frames (default: the motion's)",
      wholeNumber({ least: 2, most: 10_000 }),
    )
    .option('--size <WxH>', "width x height in pixels (default: the motion's)", pictureSize)
    .option(
      '--fps <number>',
      "frames per second (default: the motion's)",
      realNumber({ above: 0, most: 1000 }),
    );
}

/** Adds `--first-frame-posterior`, to the group of options that is open. */
export function withPosteriorOption(command: Command): Command {
  return command.option(
    '--first-frame-posterior <how>',
    `encode it as the VAE's mean or sample ${ofBase(videoDefaults.firstFramePosterior)}`,
    oneOf('mean', 'sample'),
  );
}

/** Adds how noise becomes a video, and the parts of the method that can be chosen. */
export function withSamplingOptions(command: Command): Command {
  return command
    .optionsGroup('Sampling:')
    .option(
      '--sampler <name>',
      `${samplerNames.join(' or ')} ${ofBase(videoDefaults.sampler)}`,
      oneOf(...samplerNames),
    )
    .option(
      '--sampler-steps <number>',
      `steps from noise to video ${ofBase(`${defaultSteps.ddim}; for dpm++ ${defaultSteps['dpm++']}`)}`,
      wholeNumber({ most: 1000 }),
    )
    .option(
      '--guidance <number>',
      `how closely to follow the prompt; 1: no guidance, twice as fast ${ofBase(videoDefaults.guidance)}`,
      realNumber({ least: 0 }),
    )
    .option(
      '--eta <number>',
      `noise that ddim adds, 0 to 1 ${ofBase(videoDefaults.eta)}`,
      realNumber({ least: 0, most: 1 }),
    )
    .optionsGroup('Method:')
    .option(
      '--noise-share <number>',
      `share of the first frame's noise in every frame, 0 to 1 ${ofBase(videoDefaults.noiseShare)}`,
      realNumber({ least: 0, most: 1 }),
    )
    .option('--keep-noise-variance', `bring shared noise back to unit variance ${ofBase('no')}`)
    .option('--no-keep-noise-variance', 'leave it as in the paper')
    .option(
      '--alignment <how>',
      `when frames take the first's statistics: scaled, reference or off ${ofBase(videoDefaults.alignment)}`,
      oneOf('scaled', 'reference', 'off'),
    )
    .option('--histogram-matching', `give each frame the first's colours ${ofBase('yes')}`)
    .option('--no-histogram-matching', "leave each frame's colours as they are decoded")
    .option(
      '--image-model-below <t>',
      `let the image model alone draw the details, in steps below this timestep (of 1000), with --finish-at of what was not copied; 0: never ${ofBase(videoDefaults.imageModelBelow)}`,
      wholeNumber({ least: 0, most: 1000 }),
    )
    .option(
      '--image-model-guidance <number>',
      `classifier-free guidance in these steps ${ofBase(videoDefaults.imageModelGuidance)}`,
      realNumber({ least: 0 }),
    )
    .option(
      '--finish-at <t>',
      `make the video of what is seen in the noise at this timestep (of 1000), and leave out the steps below it; 0: none ${ofBase(videoDefaults.finishAt)}`,
      wholeNumber({ least: 0, most: 1000 }),
    )
    .option(
      '--rounding <how>',
      `of colours to 8 bits: nearest or truncate ${ofBase(videoDefaults.rounding)}`,
      oneOf('nearest', 'truncate'),
    )
    .option(
      '--reference',
      "the values of the authors' implementation, not the base's, for all of the above that are not given",
    )
    .addOption(new Option('--other-base', 'no longer needed: other weights are always allowed').hideHelp());
}
