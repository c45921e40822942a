/**
 * @file A learned displacement bias of the attention to the first frame. That attention compares contents: its queries
 * can hardly express that an object will have moved half the image to the right, least of all when computed from noise.
 * So a table for each moment of the motion adds a term to the scores that depends only on the displacement between two
 * positions.
 */

import { floats, type Shape } from '../../graph/host-tensor.ts';
import {
  add,
  concat,
  matmul,
  mul,
  reshape,
  scale,
  slice,
  sub,
  transpose,
} from '../../graph/operators/index.ts';
import { constant, type Tensor } from '../../graph/tensor.ts';
import type { Weights } from '../../graph/weights.ts';
import type { Size } from '../../media/size.ts';
import type { AttentionScores } from '../../models/layers.ts';

/** Number of moments of a motion with a table; frames in between interpolate linearly. */
export const moments = 16;
/** Tables per moment, so that heads can attend to different positions. */
export const movementTables = 4;
/** Frequencies along each axis; the longest wavelength is twice the side of the image. */
const frequencies = 8;
/** Coefficients per table: cosine and sine of every frequency along both axes. */
const numbers = 4 * frequencies;
/** Lets a table outweigh the contents although it is trained at the learning rate of matrices. */
const gain = 4;

/** Name of the tables' tensor in the spatial attention. */
export const movementName = 'movement';

/** Shape of the tables' tensor. */
export const movementShape: Shape = [moments, movementTables, numbers];

/**
 * The bias that a spatial attention with the tables `movement` adds to the scores of frames of `size` (in its pixels),
 * for the displacement d from the key's position to the query's, in units of the image side:
 * `gain · Σ_k even_k·cos(πkd) + odd_k·sin(πkd)`, summed over both axes. A relative position bias as in Swin
 * (arXiv 2103.14030), as a Fourier series so that it applies to images of any size. Head i uses table i modulo the
 * number of tables. The moments are spread evenly over the frames, however many.
 */
export function movementBias(
  w: Weights,
  frames: number,
  heads: number,
  { height, width }: Size,
): NonNullable<AttentionScores['bias']> {
  const pixels = height * width;
  const keys = constant(floats(sinusoidsAt(height, width), [1, pixels, numbers]));
  const shares = constant(floats(sharesOf(frames), [frames, moments]));
  const ofMoments = reshape(w.tensor(movementName, movementShape), [moments, movementTables * numbers]);
  const ofFrames = reshape(matmul(shares, ofMoments), [frames, movementTables, numbers]);
  const rounds = Array.from({ length: Math.ceil(heads / movementTables) }, () => ofFrames);
  const ofHeads = transpose(slice(concat(rounds, 1), 1, 0, heads), [1, 0, 2]);
  const factors = reshape(ofHeads, [heads * frames, 1, numbers]);
  const part = (x: Tensor, i: number) => slice(x, 2, i * frequencies, (i + 1) * frequencies);
  // cos(a − b) = cos a·cos b + sin a·sin b, sin(a − b) = sin a·cos b − cos a·sin b; b is the key's position.
  const along = (axis: 0 | 1) => {
    const [cosine, sine] = [part(keys, 2 * axis), part(keys, 2 * axis + 1)];
    const [even, odd] = [part(factors, 2 * axis), part(factors, 2 * axis + 1)];
    return [add(mul(even, cosine), mul(odd, sine)), sub(mul(even, sine), mul(odd, cosine))];
  };
  const queries = scale(concat([...along(0), ...along(1)], 2), gain);
  return {
    queries: reshape(queries, [1, heads, frames * pixels, numbers]),
    keys: reshape(keys, [1, 1, pixels, numbers]),
  };
}

/** For each pixel of a grid, the cosines and sines of y, then those of x. */
function sinusoidsAt(height: number, width: number): Float32Array {
  const values: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (const place of [(y + 0.5) / height, (x + 0.5) / width]) {
        const angles = Array.from({ length: frequencies }, (_, k) => Math.PI * (k + 1) * place);
        values.push(...angles.map(Math.cos), ...angles.map(Math.sin));
      }
    }
  }
  return Float32Array.from(values);
}

/** Interpolation weights `[frames, moments]`: the first frame is the first moment, the last frame the last. */
export function sharesOf(frames: number): Float32Array {
  const shares = new Float32Array(frames * moments);
  for (let frame = 0; frame < frames; frame++) {
    const moment = frames > 1 ? ((moments - 1) * frame) / (frames - 1) : 0;
    const before = Math.min(Math.floor(moment), moments - 2);
    shares[frame * moments + before] = before + 1 - moment;
    shares[frame * moments + before + 1] = moment - before;
  }
  return shares;
}
