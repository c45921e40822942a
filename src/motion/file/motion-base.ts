/** @file Which base models motions can be trained on. */
import { CheckpointError } from '../../errors.ts';
import type { BaseModel } from '../../models/base-model.ts';
import { call, phrase, setting } from '../../phrases.ts';

/** Throws `CheckpointError` for Stable Diffusion XL, which only draws first frames and images. */
export function assertMotionBase({ name, second }: Pick<BaseModel, 'name' | 'second'>): void {
  if (!second) return;
  throw new CheckpointError({
    found: `the base "${name}" is a Stable Diffusion XL model`,
    expected: 'Stable Diffusion 1.x or 2.x, which motions are for',
    setting: 'base',
    advice: phrase`Give one of those with ${setting('base')}; XL can draw the first frame (${setting('firstFrameBase')}) and pictures (${call('drawImage')}).`,
  });
}
