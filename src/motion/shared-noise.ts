import { type FloatTensor, floats } from '../graph/host-tensor.ts';

/** Settings of the shared noise. */
export interface SharedNoiseOptions {
  /** Weight of the first frame's noise in the noise of every other frame (LAMP's α). */
  readonly share: number;
  /**
   * Rescale the noise to unit variance. The reference does not: at α = 0.2 its frames start from noise with a standard
   * deviation of 0.825.
   */
  readonly keepVariance: boolean;
}

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
