/** @file Which fixtures say something about a format of checkpoints, and how closely. */
import type { Format } from '../../src/testing/model-formats.ts';

/** In half precision numbers are close, not equal: whatever a fixture allows, this much is allowed then. */
export const halfPrecisionTolerance = 5e-2;

/** Fixtures that no model's weights take part in. */
const withoutModels = /^(schedulers|tokenizer|adain|his_match|cv2_resize|save_videos_grid)/;
/** Gradients and sampling amplify the rounding of weights without bound: in half precision they say nothing. */
const throughManySteps = /^(train_|pipeline_|ddim_inversion)/;

/** Whether a fixture says something about a format. */
export function concerns(fixture: string, format: Format): boolean {
  return !withoutModels.test(fixture) && !(format === 'fp16' && throughManySteps.test(fixture));
}
