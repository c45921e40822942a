/** @file The initial noise of a video. */
import { randomStream } from '../../diffusion/random.ts';
import { type FloatTensor, floats, sizeOf } from '../../graph/host-tensor.ts';
import { fromFrames } from '../../motion/frames.ts';

/**
 * Noise `[1, c, f, h, w]`. Each frame has its own random stream, so a longer video has the same noise in its first
 * frames.
 */
export function frameNoise(
  shape: readonly [number, number, number, number],
  frames: number,
  seed: number,
): FloatTensor {
  const drawn = Array.from({ length: frames }, (_, f) =>
    floats(randomStream(seed, 'video', 'noise', f).normals(sizeOf(shape)), shape),
  );
  return fromFrames(drawn);
}
