/**
 * @file What the extensions of LAMP (`lamp-extended`) put into the U-Net's hooks. The small built-in model needs them; the paper has
 * none of them, and a variant without them gets no hook at all.
 */
import { concat, expand, reshape } from '../../graph/operators/index.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { wavesAtStart } from '../../models/time-embedding.ts';
import type { UNetLayers } from '../../models/unet.ts';
import type { MotionVariant } from '../variant.ts';
import { withCarriedFirstFrame } from './carried.ts';
import { withCopiedFirstFrame } from './copied.ts';

/** The hooks of one U-Net, and what they find besides its prediction. */
export interface Extension {
  readonly hooks: Pick<UNetLayers, 'embedTimesteps' | 'afterFirstConvolution' | 'beforeLastNorm' | 'atEnd'>;
  /**
   * How much of each pixel is copied rather than drawn, `[n, 1, h, w]`, once the U-Net is built; `undefined` where the variant
   * copies nothing.
   */
  copied(): Tensor | undefined;
}

/**
 * The extensions of a variant for one U-Net of videos of `frames` frames. `mixing` `[videos, 3]` is what a variant that copies
 * needs at each video's timestep (see `copyMixing`).
 */
export function extension(
  { cleanFirstTime, carry, copy }: MotionVariant,
  frames: number,
  mixing: Tensor | undefined,
): Extension {
  let shown: Tensor | undefined;
  let copied: Tensor | undefined;
  return {
    hooks: {
      ...(cleanFirstTime && {
        embedTimesteps: (embed, waves, config) => {
          const videos = waves.shape[0]!;
          return ofFirstAndOthers(embed(wavesAtStart(config, videos)), embed(waves), frames);
        },
      }),
      ...(carry && {
        afterFirstConvolution: (w, x) => {
          shown = x;
          return withCarriedFirstFrame(w, x, shown, frames);
        },
        beforeLastNorm: (w, x) => withCarriedFirstFrame(w, x, shown!, frames),
      }),
      ...(copy &&
        mixing && {
          atEnd: (w, prediction, { features, latents }) => {
            const found = withCopiedFirstFrame(w, prediction, { features, latents, mixing, frames });
            copied = found.copied;
            return found.prediction;
          },
        }),
    },
    copied: () => copied,
  };
}

/** A row per video `[videos, d]` for its first frame, and one for its others → one per frame `[videos · frames, d]`. */
function ofFirstAndOthers(first: Tensor, others: Tensor, frames: number): Tensor {
  const [videos, width] = others.shape as [number, number];
  const rows = (x: Tensor, count: number) => expand(reshape(x, [videos, 1, width]), [videos, count, width]);
  const all = concat([rows(first, 1), rows(others, frames - 1)], 1);
  return reshape(all, [videos * frames, width]);
}
