/** @file The first frame as callers say it: a picture, or another model that draws it. */
import { UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import type { Picture } from '../media/picture.ts';
import type { PictureSize } from '../models/programs.ts';
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

/** The other model, if there is one. Throws `UsageError` for options that exclude each other, and what `loadBase` throws. */
export async function givenFirstFrameBase(
  { firstFrame, firstFrameBase, firstFrameSize: size }: FirstFrameOptions,
  work: WorkOptions,
): Promise<FirstFrameBase | undefined> {
  if (firstFrameBase === undefined) {
    if (size === undefined) return undefined;
    throw new UsageError(
      '"firstFrameSize" is for a first frame that "firstFrameBase" draws. Give both or none.',
    );
  }
  if (firstFrame !== undefined) {
    throw new UsageError('"firstFrame" gives the picture and "firstFrameBase" draws one. Use one of them.');
  }
  return { base: await givenBase(firstFrameBase, work), size };
}
