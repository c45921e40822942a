/** @file The first frame as callers say it: a picture, or another model that draws it. */
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import type { PictureSize } from '../models/programs.ts';
import { phrase, setting } from '../phrases.ts';
import type { FirstFrameBase } from '../pipelines/video/drawn-first-frame.ts';
import { declare, type GivenSettings, withText } from '../settings.ts';
import { field } from './check-options.ts';
import { type BaseChoice, baseSetting, givenBase } from './load-base.ts';

const sizeText = "the video's aspect ratio with as many pixels as that model's own pictures";

/** Where a video's first frame comes from; the base model draws it by default. */
export const firstFrameSettings = withText(
  {
    firstFrame: declare(field.picture, {
      description: 'begin with this picture, of any size',
      usual: 'the base model draws one',
    }),
    firstFrameBase: declare(baseSetting.schema, {
      description:
        'another model that draws the first frame: Stable Diffusion 1.x, 2.x or XL, as a folder, file or hub:…',
      usual: 'the base',
    }),
    firstFrameSize: declare(
      z.strictObject({ width: z.int().min(1), height: z.int().min(1) }) as z.ZodType<
        PictureSize,
        PictureSize
      >,
      {
        description: 'size at which that model draws the first frame, which is resized then',
        unit: 'pixels',
        usual: sizeText,
      },
    ),
  },
  { group: 'First frame' },
);

/** See `firstFrameSettings`. */
export interface FirstFrameOptions extends GivenSettings<typeof firstFrameSettings> {}

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
