/** @file Length, size, fit and rate of videos and pictures, declared once; functions say what they are for. */
import { z } from 'zod';
import { declare } from '../settings.ts';

/** A side in pixels. The upper bound is meant to catch typing errors; models and files have lower ones. */
const side = z.int().min(1).max(99_999);

/** A size in pixels, as an object. */
export const sizeSchema = z.strictObject({ width: side, height: side });

/** The size of videos or pictures. */
export const sizeSettings = {
  width: declare(side, { description: 'width', unit: 'pixels' }),
  height: declare(side, { description: 'height', unit: 'pixels' }),
};

/** The length and size of videos. The upper bound of the length is meant to catch typing errors. */
export const shapeSettings = {
  frames: declare(z.int().min(2).max(10_000), { description: 'number of frames', unit: 'frames' }),
  ...sizeSettings,
};

/** How a picture is fitted to another aspect ratio: fill and crop, or distort. */
export const fitSchema = z.enum(['cover', 'stretch']);

/** See `fitSchema`. */
export type Fit = z.infer<typeof fitSchema>;

/** The rate of videos. */
export const rateSetting = declare(z.number().positive().max(1000), {
  description: 'frame rate of the video',
  unit: 'frames per second',
});
