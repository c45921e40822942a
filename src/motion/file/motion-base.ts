/** @file Which base models motions can be trained on. */
import { CheckpointError } from '../../errors.ts';
import type { BaseModel } from '../../models/base-model.ts';

/** Throws `CheckpointError` for Stable Diffusion XL, which only draws first frames and images. */
export function assertMotionBase({ name, second }: Pick<BaseModel, 'name' | 'second'>): void {
  if (!second) return;
  throw new CheckpointError(
    `the base "${name}" is a Stable Diffusion XL model; motions are for Stable Diffusion 1.x and 2.x. Give one of those with --base; XL can draw the first frame (--first-frame-base) and pictures (lamp image).`,
  );
}
