/** @file `lamp image`: draws pictures with a base model alone. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { redrawStrength } from '../diffusion/sdedit.ts';
import { type DrawImagesOptions, drawImages } from '../library/draw-image.ts';
import { builtInBase } from '../models/built-in-base.ts';
import type { PictureSize } from '../models/programs.ts';
import { SHOWN_NAME, shownPhrasesSchema } from '../models/shown-words.ts';
import { drawDefaults } from '../pipelines/draw/draw-picture.ts';
import { samplerNames } from '../pipelines/draw/sampling-settings.ts';
import { defaultSteps } from '../pipelines/video/video-settings.ts';
import { deviceNames } from '../runtime/devices.ts';
import { wrapped } from './facts.ts';
import {
  ofBase,
  oneOf,
  pictureBaseHelp,
  pictureSize,
  realNumber,
  requireOptions,
  seedNumber,
  someText,
  wholeNumber,
} from './options.ts';
import { runCommand } from './run-command.ts';

/** What commander makes of the options. */
interface ImageOptions extends Omit<DrawImagesOptions, 'width' | 'height'> {
  readonly size?: PictureSize;
  readonly json?: boolean;
}

const help = `
Examples:
  lamp image --prompt "a fox in the snow" --out fox.png
  lamp image --prompt "a fox in the snow" --out foxes.png --count 4        foxes-0.png to foxes-3.png
  lamp image --prompt "a castle by the sea" --base sd-1.5 --size 512x512 --out castle.jpg
  lamp image --prompt "a castle by the sea" --base sd-xl --size 1216x832 --out castle.png
  lamp image --prompt "a castle, oil on canvas" --base sd-1.5 --from castle.jpg --strength 0.5 --out painted.png

Picture n has the seed plus n. What is not given is as the base recommends in its lamp.json, if it has one. A PNG stores
how it was made: "lamp inspect" shows it. Pictures of that name are replaced, each when the new one is complete.`;

/** What the built-in model can draw, for the help; a hint where its folder does not say. */
function builtInHelp(): string {
  const all = '"lamp inspect built-in" lists all that the built-in model was shown.';
  try {
    const path = join(builtInBase(), SHOWN_NAME);
    const { things = [], places = [] } = shownPhrasesSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    const usual = places.filter((place) => /^(in|on) (the|a plain) /.test(place));
    const text = `The built-in model draws ${things.join(', ')}; ${usual.join(', ')}; and more. ${all}`;
    return wrapped(text, 118).join('\n');
  } catch {
    return all;
  }
}

/** The command, to be added to the program. */
export function imageCommand(): Command {
  return new Command('image')
    .description('draw pictures from a prompt, or a prompt and a picture, with the base model alone')
    .usage('--prompt <text> --out <path> [options]')
    .option('--prompt <text>', 'what the picture shows', someText)
    .option('--out <path>', '.png, .jpg or .webp', someText)
    .option('--base <folder>', pictureBaseHelp, someText)
    .option('--negative-prompt <text>', 'what the picture shall not show (default: nothing)')
    .option('--seed <number>', 'another seed gives another picture', seedNumber, 0)
    .option('--count <number>', 'this many pictures, numbered', wholeNumber({ most: 10_000 }), 1)
    .option('--size <WxH>', "width x height in pixels (default: the base's)", pictureSize)
    .option(
      '--from <picture>',
      'draw this picture anew as the prompt says (SDEdit); it is cut to the size',
      someText,
    )
    .option(
      '--strength <number>',
      `how far: 0 leaves it as it is, 1 keeps next to nothing (default: ${redrawStrength})`,
      realNumber({ least: 0, most: 1 }),
    )
    .option(
      '--sampler <name>',
      `${samplerNames.join(' or ')} ${ofBase(drawDefaults.sampler)}`,
      oneOf(...samplerNames),
    )
    .option(
      '--sampler-steps <number>',
      `steps from noise to picture ${ofBase(`${defaultSteps['dpm++']}; for ddim ${defaultSteps.ddim}`)}`,
      wholeNumber({ most: 1000 }),
    )
    .option(
      '--guidance <number>',
      `how closely to follow the prompt; 1: no guidance, twice as fast ${ofBase(drawDefaults.guidance)}`,
      realNumber({ least: 0 }),
    )
    .option(
      '--eta <number>',
      `noise that ddim adds, 0 to 1 ${ofBase(drawDefaults.eta)}`,
      realNumber({ least: 0, most: 1 }),
    )
    .option('--device <name>', `where to compute: ${deviceNames.join(', ')}`, 'cpu')
    .option('--json', 'print every event as one line of JSON on standard output')
    .addHelpText('after', () => `${help}\n\n${builtInHelp()}`)
    .action(async (options: ImageOptions, command: Command) => {
      requireOptions(command, 'prompt', 'out');
      const { size, json: _, ...others } = options;
      await runCommand(options, (work) => drawImages({ ...others, ...size, ...work }));
    });
}
