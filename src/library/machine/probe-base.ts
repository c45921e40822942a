/** @file Probes the built-in model. */
import { sizeOf } from '../../graph/host-tensor.ts';
import { openBaseModel } from '../../models/base-model.ts';
import { builtInBase } from '../../models/built-in-base.ts';

/** Opens the built-in base model and counts its weights. Throws `CheckpointError` if it is missing or damaged. */
export async function probeBase() {
  const { unet, vae, textEncoder, settings } = await openBaseModel(builtInBase());
  const shapes = [unet, vae, textEncoder].flatMap(({ weights }) => [...weights.shapes.values()]);
  return { parameters: shapes.reduce((sum, shape) => sum + sizeOf(shape), 0), size: settings.size };
}
