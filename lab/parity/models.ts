/** @file The models with which fixtures were computed, in any of the file formats. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type BaseModel, type Component, openBaseModel, openComponent } from '../../src/models/base-model.ts';
import { type UNetConfig, unetConfigSchema } from '../../src/models/configs.ts';
import type { TrainedMotion } from '../../src/motion/trained-motion.ts';
import { motionVariants } from '../../src/motion/variant.ts';

/** No motion: the fixtures' video U-Nets contain the trained values. */
export const untouched: TrainedMotion = { variant: motionVariants.lamp, values: new Map() };

/** Opens the fixtures' image model: the folder `tiny-sd`, or one file of that name. */
export async function openFixtureBase(folder: string): Promise<BaseModel> {
  for (const name of ['tiny-sd.safetensors', 'tiny-sd.ckpt']) {
    const path = join(folder, name);
    if ((await stat(path).catch(() => undefined))?.isFile()) return openBaseModel(path);
  }
  return openBaseModel(join(folder, 'tiny-sd'));
}

/** Opens the fixtures' video U-Net with random temporal weights, in the reference's own layout. */
export function openFixtureVideoUNet(folder: string): Promise<Component<UNetConfig>> {
  return openComponent(join(folder, 'unet3d'), unetConfigSchema);
}
