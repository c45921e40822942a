/** @file Image sizes that a model supports. */

import { UsageError } from '../errors.ts';
import type { Size } from '../media/size.ts';
import { phrase, setting } from '../phrases.ts';
import type { BaseModel } from './base-model.ts';
import { type VaeConfig, vaeFactor } from './configs.ts';

/** The same limit applies to reading images; memory runs out long before. */
const LONGEST_SIDE = 16_384;

/**
 * Throws `UsageError`, naming the nearest valid size, unless both sides are multiples of the VAE's factor and no
 * longer than 16 384 pixels. `key` is the setting that gives the size.
 */
export function assertPictureSize(vae: VaeConfig, { width, height }: Size, key = 'size'): void {
  const factor = vaeFactor(vae);
  if (width > LONGEST_SIDE || height > LONGEST_SIDE) {
    throw new UsageError({
      found: `the size ${width}x${height} cannot be used`,
      expected: `sides of at most ${LONGEST_SIDE} pixels`,
      setting: key,
      advice: phrase`Use ${setting(key, { width: 512, height: 512 })}, or what the model was made for.`,
    });
  }
  const whole = [width, height].every((side) => Number.isInteger(side) && side > 0);
  if (whole && width % factor === 0 && height % factor === 0) return;
  const nearest = (side: number) => Math.max(1, Math.round(side / factor)) * factor;
  throw new UsageError({
    found: `the size ${width}x${height} cannot be used`,
    expected: `sides that divide by ${factor}, which this model's VAE needs`,
    setting: key,
    advice: phrase`Use ${setting(key, { width: nearest(width), height: nearest(height) })}.`,
  });
}

/**
 * Default size of a base model's images: the recommended one, or else its U-Net's native size (`sample_size`). Throws
 * `UsageError`, naming the setting (`key`) to give, when it has neither.
 */
export function recommendedSize({ name, settings, unet, vae }: BaseModel, key = 'size'): Size {
  if (settings.size) return settings.size;
  const factor = vaeFactor(vae.config);
  const [height, width = height] = [unet.config.sample_size ?? []].flat();
  if (height === undefined || width === undefined) {
    throw new UsageError({
      found: `the base "${name}" does not say how large its pictures are`,
      setting: key,
      advice: phrase`Give ${setting(key)}.`,
    });
  }
  return { width: factor * width, height: factor * height };
}
