/** @file The latents of a picture to be redrawn (SDEdit, arXiv 2108.01073). */

import { randomStream } from '../../diffusion/random.ts';
import { strengthSchema } from '../../diffusion/sdedit.ts';
import type { WorkOptions } from '../../events.ts';
import type { FloatTensor } from '../../graph/host-tensor.ts';
import type { Picture } from '../../media/picture.ts';
import type { Size } from '../../media/size.ts';
import type { BaseModel } from '../../models/base-model.ts';
import type { PictureEncoder } from '../../models/programs.ts';
import { phrase, setting } from '../../phrases.ts';
import { declare } from '../../settings.ts';
import { encodeFirstFrame } from '../video/encode-first-frame.ts';
import type { Kept } from './kept-programs.ts';

/** The settings of a redraw. */
export const redrawSettings = {
  strength: declare(strengthSchema, {
    description: phrase`how far ${setting('from')} is redrawn: 0 leaves it unchanged, 1 keeps hardly anything`,
    default: 0.6,
  }),
};

/** Latents `[1, c, h, w]` of a picture to be redrawn, and how far (see `redrawStart`). */
export interface Redrawing {
  readonly latents: FloatTensor;
  readonly strength: number;
}

/** Encodes the picture, cropped to the size, as the mean of the VAE's posterior. */
export async function redrawingOf(
  { base, size, encoder }: { base: BaseModel; size: Size; encoder: Kept<PictureEncoder> },
  picture: Picture,
  strength: number,
  work: WorkOptions,
): Promise<Redrawing> {
  const asMean = { firstFrameFit: 'cover', firstFramePosterior: 'mean' } as const;
  const { scaling_factor: scale } = base.vae.config;
  // The mean draws nothing from the random stream.
  const latents = await encodeFirstFrame(
    await encoder.get(work),
    picture,
    size,
    asMean,
    randomStream(0),
    scale,
  );
  return { latents, strength };
}
