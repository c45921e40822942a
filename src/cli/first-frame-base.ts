/** @file The options `--first-frame-base` and `--first-frame-size`: another model that draws the first frame. */
import type { Command } from 'commander';
import { pictureSize, someText } from './options.ts';

/** Adds them, to the group of options that is open. */
export function withFirstFrameBase(command: Command): Command {
  return command
    .option(
      '--first-frame-base <folder>',
      'another model draws it: Stable Diffusion 1.x, 2.x or XL, as a folder, file or hub:… (default: the base)',
      someText,
    )
    .option(
      '--first-frame-size <WxH>',
      "size at which it does; then it is resized (default: the video's aspect ratio, as many pixels as that model's own pictures)",
      pictureSize,
    );
}
