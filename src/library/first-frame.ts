/** @file The first frame as callers say it: a picture, or another model that draws it. */
import { UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import type { Picture } from '../media/picture.ts';
import type { PictureSize } from '../models/programs.ts';
import { phrase, setting } from '../phrases.ts';
import type { FirstFrameBase } from '../pipelines/video/drawn-first-frame.ts';
import { field } from './check-options.ts';
import { type BaseChoice, baseField, givenBase } from './load-base.ts';

/** Where a video's first frame comes from; the base model draws it unless told. */
export interface FirstFrameOptions {
  /** Frame 0, of any size, or the path of a picture. */
  readonly firstFrame?: Picture | string;
  /** Another model that draws it, such as Stable Diffusion XL. See `LoadBaseOptions.base`. */
  readonly firstFrameBase?: BaseChoice;
  /** Size at which that one draws; the video's aspect ratio with as many pixels as its own pictures unless told. */
  readonly firstFrameSize?: PictureSize;
}

/** Fields of `FirstFrameOptions`. */
export const firstFrameFields = {
  firstFrame: field.picture.optional(),
  firstFrameBase: baseField.optional(),
  firstFrameSize: field.settings.optional(),
};

/**
 * Throws `UsageError` where a first frame is given and something says how one is drawn: the picture would win, and the
 * rest be ignored in silence.
 */
export function assertNotDrawn(options: {
  readonly firstFrameBase?: BaseChoice;
  readonly firstFrameSize?: PictureSize;
  readonly drawing?: object;
  readonly strength?: number;
}): void {
  for (const [name, value] of Object.entries({
    firstFrameBase: options.firstFrameBase,
    firstFrameSize: options.firstFrameSize,
    'drawing.prompt': options.drawing && 'prompt' in options.drawing ? options.drawing.prompt : undefined,
    strength: options.strength,
  })) {
    if (value === undefined) continue;
    throw new UsageError({
      found: phrase`${setting('firstFrame')} gives the picture and ${setting(name)} says how one is drawn`,
      setting: name,
      advice: 'Use one of them.',
    });
  }
}

/** The other model, if there is one. Throws `UsageError` for a size without a model, and what `loadBase` throws. */
export async function givenFirstFrameBase(
  { firstFrameBase, firstFrameSize: size }: Omit<FirstFrameOptions, 'firstFrame'>,
  work: WorkOptions,
): Promise<FirstFrameBase | undefined> {
  if (firstFrameBase !== undefined) return { base: await givenBase(firstFrameBase, work), size };
  if (size === undefined) return undefined;
  throw new UsageError({
    found: phrase`${setting('firstFrameSize')} is for a first frame that another model draws, and none is named`,
    setting: 'firstFrameSize',
    advice: phrase`Name the model with ${setting('firstFrameBase')}.`,
  });
}
