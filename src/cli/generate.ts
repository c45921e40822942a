/** @file `lamp generate`: makes a video with a motion. */
import { Command } from 'commander';
import { writeVideo } from '../media/video-file.ts';
import { samplerNames } from '../pipelines/sampling.ts';
import { settingsKey } from '../pipelines/video-settings.ts';
import { deviceNames } from '../runtime/devices.ts';
import { interruptible } from './interruptible.ts';
import {
  oneOf,
  pictureSize,
  realNumber,
  requireOptions,
  seedNumber,
  someText,
  wholeNumber,
} from './options.ts';
import { type GenerateOptions, prepareGeneration } from './prepare-generation.ts';
import { reporter } from './progress.ts';

const help = `
Examples:
  lamp generate --motion runs/horse --base sd-1.5 --prompt "a zebra runs on Mars" --out zebra.mp4
  lamp generate --motion runs/horse --base sd-1.5 --prompt "a pony runs" --first-frame pony.jpg --out pony.gif
  lamp generate --motion runs/horse --base sd-1.5 --prompt "a horse runs" --sampler dpm++ --seed 7 --out frames/

An existing video of that name is replaced when the new one is complete. The video stores how it was made:
"lamp inspect" shows it. The same seed on the same device gives the same bytes.`;

/** The command, to be added to the program. */
export function generateCommand(): Command {
  return new Command('generate')
    .description('make a video that moves as a motion says, from a prompt and a first frame')
    .usage('--motion <path> --base <folder> --prompt <text> --out <path> [options]')
    .option('--motion <path>', 'motion file, or the run folder of "lamp train"', someText)
    .option('--base <folder>', 'diffusers folder of the model the motion was trained on', someText)
    .option('--prompt <text>', 'what the video shows', someText)
    .option(
      '--out <path>',
      '.mp4, .webm or .gif; a name without ending makes a folder of PNG frames',
      someText,
    )
    .option('--negative-prompt <text>', 'what the video shall not show (default: nothing)')
    .option('--seed <number>', 'another seed gives another video', seedNumber, 0)
    .option('--device <name>', `where to compute: ${deviceNames.join(', ')}`, 'cpu')
    .option('--json', 'print every event as one line of JSON on standard output')
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
    )
    .optionsGroup('First frame:')
    .option(
      '--first-frame <picture>',
      'begin with this picture (default: the base model draws one)',
      someText,
    )
    .option('--first-frame-prompt <text>', 'what the drawn first frame shows (default: the prompt)', someText)
    .option(
      '--first-frame-fit <how>',
      'cover, stretch or opencv (default: cover)',
      oneOf('cover', 'stretch', 'opencv'),
    )
    .option(
      '--first-frame-posterior <how>',
      "encode it as the VAE's mean or sample (default: mean)",
      oneOf('mean', 'sample'),
    )
    .optionsGroup('Sampling:')
    .option('--sampler <name>', `${samplerNames.join(' or ')} (default: ddim)`, oneOf(...samplerNames))
    .option(
      '--sampler-steps <number>',
      'steps from noise to video (default: 50, for dpm++ 25)',
      wholeNumber({ most: 1000 }),
    )
    .option(
      '--guidance <number>',
      'how closely to follow the prompt; 1: no guidance, twice as fast (default: 12.5)',
      realNumber({ least: 0 }),
    )
    .option('--eta <number>', 'noise that ddim adds, 0 to 1 (default: 0)', realNumber({ least: 0, most: 1 }))
    .optionsGroup('Method:')
    .option(
      '--noise-share <number>',
      "share of the first frame's noise in every frame, 0 to 1 (default: 0.2)",
      realNumber({ least: 0, most: 1 }),
    )
    .option('--keep-noise-variance', 'bring shared noise back to unit variance')
    .option(
      '--alignment <how>',
      "when frames take the first's statistics: scaled, reference or off (default: scaled)",
      oneOf('scaled', 'reference', 'off'),
    )
    .option('--no-histogram-matching', "leave each frame's colours as they are decoded")
    .option(
      '--rounding <how>',
      'of colours to 8 bits: nearest or truncate (default: nearest)',
      oneOf('nearest', 'truncate'),
    )
    .option(
      '--reference',
      "the values of the authors' implementation for all of the above that are not given",
    )
    .option('--other-base', 'allow a base with other weights than the motion was trained on')
    .addHelpText('after', help)
    .action((options: GenerateOptions, command: Command) => {
      requireOptions(command, 'motion', 'base', 'prompt', 'out');
      return generate(options);
    });
}

async function generate(options: GenerateOptions): Promise<void> {
  const { onEvent, end } = reporter({ json: options.json ?? false });
  try {
    await interruptible(async (signal) => {
      const { generator, request, framesPerSecond } = await prepareGeneration(options, onEvent);
      try {
        const { frames, settings } = await generator.generate(request, { onEvent, signal });
        const metadata = { [settingsKey]: JSON.stringify({ ...settings, framesPerSecond }) };
        await writeVideo(options.out, frames, { framesPerSecond, metadata });
        onEvent({ type: 'written', path: options.out });
      } finally {
        await generator.dispose();
      }
    });
  } finally {
    end();
  }
}
