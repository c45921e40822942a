import { type FloatTensor, floats } from '../graph/host-tensor.ts';

/** How frames share their noise. */
export interface SharedNoiseOptions {
  /** Share of the first frame's noise in every other frame's (LAMP's α). */
  readonly share: number;
  /**
   * Keep the noise at unit variance. The reference does not: at α = 0.2 its frames start from noise of standard deviation
   * 0.825.
   */
  readonly keepVariance: boolean;
}

/** The paper's α, mixed as the reference mixes it. */
export const sharedNoiseDefaults: SharedNoiseOptions = { share: 0.2, keepVariance: false };

/** `ε_i ← α·ε_0 + (1 − α)·ε_i` for every frame i ≥ 1 of noise `[b, c, f, h, w]` (LAMP, eq. 5). */
export function shareNoise(noise: FloatTensor, { share, keepVariance }: SharedNoiseOptions): FloatTensor {
  const [b, c, frames, h, w] = noise.shape as [number, number, number, number, number];
  const size = h * w;
  const norm = keepVariance ? Math.hypot(share, 1 - share) : 1;
  const data = noise.data.slice();
  for (let plane = 0; plane < b * c; plane++) {
    const first = plane * frames * size;
    for (let i = first + size; i < first + frames * size; i++) {
      data[i] = (share * noise.data[first + ((i - first) % size)]! + (1 - share) * noise.data[i]!) / norm;
    }
  }
  return floats(data, noise.shape);
}
