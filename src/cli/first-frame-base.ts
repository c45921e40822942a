/** @file The options `--first-frame-base` and `--first-frame-size`: another model that draws the first frame. */
import type { Command } from 'commander';
import { UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import type { PictureSize } from '../models/programs.ts';
import type { FirstFrameBase } from '../pipelines/video/drawn-first-frame.ts';
import { chosenBase } from './base-option.ts';
import { pictureSize, someText } from './options.ts';

/** What commander makes of them. */
export interface FirstFrameBaseOptions {
  readonly firstFrame?: string;
  readonly firstFrameBase?: string;
  readonly firstFrameSize?: PictureSize;
}

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

/** Opens the model that the options name, if they do. Throws `UsageError`, and what `chosenBase` throws. */
export async function openFirstFrameBase(
  { firstFrame, firstFrameBase, firstFrameSize: size }: FirstFrameBaseOptions,
  work: WorkOptions,
): Promise<FirstFrameBase | undefined> {
  if (firstFrameBase === undefined) {
    if (size === undefined) return undefined;
    throw new UsageError(
      '--first-frame-size is for a first frame that another model draws. Name the model with --first-frame-base.',
    );
  }
  if (firstFrame !== undefined) {
    throw new UsageError(
      '--first-frame gives the picture and --first-frame-base draws one. Use one of them.',
    );
  }
  return { base: await chosenBase(firstFrameBase, work), size };
}
