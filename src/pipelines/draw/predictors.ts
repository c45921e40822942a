/** @file Which of a U-Net's programs a sampling uses. */
import type { NoisePredictor } from '../../models/programs.ts';
import type { Kept } from './kept-programs.ts';
import { type GuidanceSettings, guidanceLimits } from './sampling-settings.ts';

/**
 * A U-Net for classifier-free guidance, which takes a batch of 2, and one for a single picture or video. The latter
 * takes larger batches, too, one element after the other.
 */
export interface Predictors<T extends NoisePredictor = NoisePredictor> {
  readonly guided: Kept<T>;
  readonly unguided: Kept<T>;
}

/** The program needed for this guidance. */
export function forGuidance<T extends NoisePredictor>(
  predictors: Predictors<T>,
  settings: GuidanceSettings,
): Kept<T> {
  return takenAtOnce(settings) === 2 ? predictors.guided : predictors.unguided;
}

/**
 * How many samples the U-Net takes at once: two where every step is guided. Where only some are, one program for single
 * samples serves all steps, since a second one would take its own memory and time to compile.
 */
export function takenAtOnce(settings: GuidanceSettings): 1 | 2 {
  return settings.guidance > 1 && !guidanceLimits(settings) ? 2 : 1;
}
