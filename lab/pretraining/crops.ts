/** @file Squares cut out of pictures at random: more pictures a step for the same work. */
import { randomStream } from '../../src/diffusion/random.ts';
import { type FloatTensor, floats } from '../../src/graph/host-tensor.ts';

/**
 * Squares of pictures `[b, 3, H, W]`, one of each, at places that the seed and the batch's index determine:
 * `[b, 3, side, side]`. `side` is at most the pictures' width and height.
 */
export function crops({ data, shape }: FloatTensor, side: number, seed: number, index: number): FloatTensor {
  const [samples, channels, height, width] = shape as [number, number, number, number];
  if (side === width && side === height) return floats(data, shape);
  const random = randomStream(seed, 'crops', index);
  const cut = new Float32Array(samples * channels * side * side);
  for (let sample = 0, to = 0; sample < samples; sample++) {
    const [top, left] = [random.integer(height - side + 1), random.integer(width - side + 1)];
    for (let channel = 0; channel < channels; channel++) {
      for (let row = 0; row < side; row++, to += side) {
        const from = ((sample * channels + channel) * height + top + row) * width + left;
        cut.set(data.subarray(from, from + side), to);
      }
    }
  }
  return floats(cut, [samples, channels, side, side]);
}
