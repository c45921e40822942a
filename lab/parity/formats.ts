/** @file Which fixtures apply to a checkpoint format, and with which tolerance. */
import type { Format } from '../../src/testing/model-formats.ts';

/** Least tolerance of all fixtures in half precision. */
export const halfPrecisionTolerance = 5e-2;

/** Fixtures that do not depend on a model's weights. */
const withoutModels = /^(schedulers|tokenizer|adain|his_match|cv2_resize|save_videos_grid)/;
/** Gradients and sampling amplify the rounding of weights without bound, and mean nothing in half precision. */
const throughManySteps = /^(train_|pipeline_|ddim_inversion)/;

/** Whether a fixture applies to a format. */
export function concerns(fixture: string, format: Format): boolean {
  return !withoutModels.test(fixture) && !(format === 'fp16' && throughManySteps.test(fixture));
}
