/** @file Prepares pictures for CLIP's picture encoder, as the `preprocessor_config.json` of its folder says. */

import { z } from 'zod';
import { type Picture, picture } from '../../src/media/picture.ts';
import type { Size } from '../../src/media/size.ts';
import { resizeBicubic } from './resize-bicubic.ts';

const side = z.number().int().positive();
const rectangle = z.object({ height: side, width: side });
const perChannel = z.union([
  z.tuple([z.number(), z.number(), z.number()]),
  z.number().transform((value) => [value, value, value] as const),
]);

/**
 * Settings of `CLIPImageProcessor` (and of `CLIPFeatureExtractor` before it, whose sizes are single numbers), with its
 * defaults. Filters other than bicubic (3) are refused.
 */
export const clipPicturesSchema = z.object({
  do_resize: z.boolean().default(true),
  /** Length of the shorter side after resizing, or both sides. */
  size: z
    .union([
      side.transform((shortest_edge) => ({ shortest_edge })),
      z.object({ shortest_edge: side }),
      rectangle,
    ])
    .default({ shortest_edge: 224 }),
  resample: z.literal(3).default(3),
  do_center_crop: z.boolean().default(true),
  crop_size: z
    .union([side.transform((edge) => ({ height: edge, width: edge })), rectangle])
    .default({ height: 224, width: 224 }),
  do_rescale: z.boolean().default(true),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: perChannel.default([0.48145466, 0.4578275, 0.40821073]),
  image_std: perChannel.default([0.26862954, 0.26130258, 0.27577711]),
});

/** See `clipPicturesSchema`. */
export type ClipPictures = z.output<typeof clipPicturesSchema>;

/** The size of prepared pictures; `undefined` if it depends on the picture. */
export function preparedSize(settings: ClipPictures): Size | undefined {
  if (settings.do_center_crop) return settings.crop_size;
  return settings.do_resize && 'height' in settings.size ? settings.size : undefined;
}

/** A picture resized, cropped and normalised: floats `[3, height, width]`. */
export function preparePicture(from: Picture, settings: ClipPictures): Float32Array {
  const resized = settings.do_resize ? resizeBicubic(from, resizedSize(from, settings.size)) : from;
  const { width, height, data } = settings.do_center_crop ? centreCrop(resized, settings.crop_size) : resized;
  const factor = settings.do_rescale ? settings.rescale_factor : 1;
  const pixels = width * height;
  const floats = new Float32Array(3 * pixels);
  for (let channel = 0; channel < 3; channel++) {
    const mean = settings.do_normalize ? settings.image_mean[channel]! : 0;
    const deviation = settings.do_normalize ? settings.image_std[channel]! : 1;
    for (let pixel = 0; pixel < pixels; pixel++) {
      floats[channel * pixels + pixel] = (data[3 * pixel + channel]! * factor - mean) / deviation;
    }
  }
  return floats;
}

function resizedSize({ width, height }: Size, size: ClipPictures['size']): Size {
  if ('height' in size) return size;
  const edge = size.shortest_edge;
  return width <= height
    ? { width: edge, height: Math.trunc((edge * height) / width) }
    : { width: Math.trunc((edge * width) / height), height: edge };
}

/** The centre of a picture, padded with black if the picture is smaller. */
function centreCrop(from: Picture, { width, height }: Size): Picture {
  const [left, top] = [Math.floor((from.width - width) / 2), Math.floor((from.height - height) / 2)];
  const data = new Uint8Array(3 * width * height);
  const start = Math.max(0, left);
  const end = Math.min(from.width, left + width);
  for (let y = Math.max(0, -top); y < Math.min(height, from.height - top); y++) {
    const row = (y + top) * from.width;
    data.set(from.data.subarray(3 * (row + start), 3 * (row + end)), 3 * (y * width + start - left));
  }
  return picture(width, height, data);
}
