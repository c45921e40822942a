/**
 * @file The U-Net hooks of LAMP's extensions (`lamp-extended`). The small built-in model needs them; the paper has none
 * of them, and a variant without extensions gets no hooks at all. `docs/research/lamp-extended.md` says what each
 * switch buys.
 */
import { concat, expand, reshape } from '../../graph/operators/index.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { sinusoidsAtZero } from '../../models/time-embedding.ts';
import type { UNetLayers } from '../../models/unet.ts';
import type { MotionVariant } from '../variant.ts';
import { withCarriedFirstFrame } from './carried.ts';
import { withCopiedFirstFrame } from './copied.ts';

/** The hooks of one U-Net, and the additional output they compute. */
export interface Extension {
  readonly hooks: Pick<UNetLayers, 'embedTimesteps' | 'afterFirstConvolution' | 'beforeLastNorm' | 'atEnd'>;
  /**
   * The copied fraction of each pixel, `[n, 1, h, w]`, available once the U-Net is built; `undefined` where the variant
   * does not copy.
   */
  copied(): Tensor | undefined;
}

/**
 * The extensions of a variant for one U-Net on videos of `frames` frames. `mixing` `[videos, 3]` holds the coefficients
 * that a copying variant needs at each video's timestep (see `copyMixing`).
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
        embedTimesteps: (embed, sinusoids, config) => {
          const videos = sinusoids.shape[0]!;
          return ofFirstAndOthers(embed(sinusoidsAtZero(config, videos)), embed(sinusoids), frames);
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

/** One row per video for its first frame and one for its other frames, both `[videos, d]` → `[videos · frames, d]`. */
function ofFirstAndOthers(first: Tensor, others: Tensor, frames: number): Tensor {
  const [videos, width] = others.shape as [number, number];
  const rows = (x: Tensor, count: number) => expand(reshape(x, [videos, 1, width]), [videos, count, width]);
  const all = concat([rows(first, 1), rows(others, frames - 1)], 1);
  return reshape(all, [videos * frames, width]);
}
