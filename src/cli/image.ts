/** @file `lamp image`: draws pictures with a base model alone. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { drawImages, drawImagesSettings } from '../library/draw-image.ts';
import { builtInBase } from '../models/built-in-base.ts';
import { SHOWN_NAME, shownPhrasesSchema } from '../models/shown-words.ts';
import { wrapped } from './facts.ts';
import { requireOptions } from './options.ts';
import { runCommand } from './run-command.ts';
import { withCommandOptions, withSettings } from './setting-options.ts';

const help = `
Examples:
  lamp image --prompt "a fox in the snow" --out fox.png
  lamp image --prompt "a fox in the snow" --out foxes.png --count 4        foxes-0.png to foxes-3.png
  lamp image --prompt "a castle by the sea" --base sd-1.5 --size 512x512 --out castle.jpg
  lamp image --prompt "a castle by the sea" --base sd-xl --size 1216x832 --out castle.png
  lamp image --prompt "a castle, oil on canvas" --base sd-1.5 --from castle.jpg --strength 0.5 --out painted.png

Settings that are not given are those that the base recommends in its lamp.json, if it has one.
A PNG stores how it was made, which "lamp inspect" prints. An existing picture is replaced once the new one is complete.`;

/** What the built-in model can draw, for the help; a hint if its folder does not say. */
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

/** The `image` command. */
export function imageCommand(): Command {
  const command = new Command('image')
    .description('draw pictures from a prompt, or a prompt and a picture, with the base model')
    .usage('--prompt <text> --out <path> [options]');
  withSettings(command, drawImagesSettings);
  return withCommandOptions(command)
    .addHelpText('after', () => `${help}\n\n${builtInHelp()}`)
    .action(async (_: object, command: Command) => {
      requireOptions(command, 'prompt', 'out');
      await runCommand(command, drawImages);
    });
}
