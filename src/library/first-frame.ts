/** @file The first frame as given by callers: a picture, or another model that draws it. */

import type { z } from 'zod';
import { UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { sizeSchema } from '../media/shape-settings.ts';
import type { Size } from '../media/size.ts';
import { inPrecision } from '../models/precision.ts';
import { type Phrase, phrase, setting } from '../phrases.ts';
import type { FirstFrameBase } from '../pipelines/video/drawn-first-frame.ts';
import { calledSetting } from '../renamed-setting.ts';
import type { DeviceName } from '../runtime/devices.ts';
import type { Precision } from '../runtime/running-settings.ts';
import { declare, type GivenSettings, withText } from '../settings.ts';
import { type BaseChoice, baseSetting, givenBase } from './load-base.ts';
import { field } from './shared-fields.ts';
import { assertNotGiven } from './unused-options.ts';

const sizeText = "the video's aspect ratio with about the number of pixels that the model was trained on";

/** Settings of a video's first frame; by default the base model draws it. */
export const firstFrameSettings = withText(
  {
    firstFrame: declare(field.picture, {
      description: 'picture to use as the first frame, of any size',
      usual: 'drawn by the base model',
    }),
    firstFrameBase: declare(baseSetting.schema, {
      description:
        'another model that draws the first frame: Stable Diffusion 1.x, 2.x or XL, as a folder, file or hub:…',
      usual: 'the base',
      onlyWithout: 'firstFrame',
    }),
    firstFrameSize: declare(sizeSchema as z.ZodType<Size, Size>, {
      description: 'size at which that model draws the first frame, before it is resized',
      unit: 'pixels',
      usual: sizeText,
      onlyWith: 'firstFrameBase',
      onlyWithout: 'firstFrame',
    }),
  },
  { group: 'First frame' },
);

/** Options for the first frame; see `firstFrameSettings`. */
export interface FirstFrameOptions extends GivenSettings<typeof firstFrameSettings> {}

/** Options for drawing a first frame. */
interface DrawingOptions {
  readonly firstFrameBase?: BaseChoice;
  readonly firstFrameSize?: Size;
  readonly drawing?: object;
  readonly strength?: number;
}

/** Throws `UsageError` if a first frame is given together with settings for drawing one, which would be ignored. */
export function assertNotDrawn(options: DrawingOptions): void {
  refuseDrawing(
    options,
    (name) => phrase`${setting('firstFrame')} gives a picture, but ${setting(name)} is for drawing one`,
    'Use one of them.',
  );
}

/** Throws `UsageError` for settings of a first frame if the motion's variant draws it like the others. */
export function assertNoFirstFrame({ firstFrame, ...options }: FirstFrameOptions & DrawingOptions): void {
  const found = (name: string) =>
    phrase`${setting(name)} is for a first frame of its own, but this motion draws it like the others`;
  assertNotGiven({ firstFrame }, ['firstFrame'], found);
  refuseDrawing(options, found);
}

function refuseDrawing(
  { firstFrameBase, firstFrameSize, drawing = {}, strength }: DrawingOptions,
  found: (name: string) => Phrase,
  advice?: string,
): void {
  const ofDrawing = Object.entries(drawing).map(([name, value]) => [`drawing.${name}`, value]);
  const all = { firstFrameBase, firstFrameSize, ...Object.fromEntries(ofDrawing), strength };
  assertNotGiven(all, Object.keys(all), found, advice);
}

/** The other model, if given. Throws `UsageError` for a size without a model, and what `loadBase` throws. */
export async function givenFirstFrameBase(
  { firstFrameBase, firstFrameSize: size }: Omit<FirstFrameOptions, 'firstFrame'>,
  precision: Precision,
  device: DeviceName,
  work: WorkOptions,
): Promise<FirstFrameBase | undefined> {
  if (firstFrameBase !== undefined) {
    const base = await calledSetting('base', 'firstFrameBase', () => givenBase(firstFrameBase, work));
    return { base: await inPrecision(base, precision, device), size };
  }
  if (size === undefined) return undefined;
  throw new UsageError({
    found: phrase`${setting('firstFrameSize')} is for first frames drawn by another model, but none is given`,
    setting: 'firstFrameSize',
    advice: phrase`Give the model with ${setting('firstFrameBase')}.`,
  });
}
