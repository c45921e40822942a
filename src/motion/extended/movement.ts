/**
 * @file From where a frame takes its pixels, learned apart from what they show. The attention to the first frame compares
 * contents: that a thing will have gone half a picture to the right is something its queries can hardly say, least of all of noise.
 * So a table for every moment of the motion adds to its scores what depends on nothing but the way between two places.
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
import type { AttentionScores } from '../../models/layers.ts';
import type { PictureSize } from '../../models/programs.ts';

/** Moments of a motion that the table knows; a frame between two takes a share of both. */
export const moments = 16;
/** Tables for each moment, so that heads can look at different places. */
export const movementTables = 4;
/** Waves along each axis; the longest is two sides of the picture. */
const waves = 8;
/** Cosine and sine of every wave along both axes. */
const numbers = 4 * waves;
/** Lets a table that is trained at the rate of matrices outweigh the contents. */
const gain = 4;

/** Name of the tables in the spatial attention. */
export const movementName = 'movement';

/** Their shape. */
export const movementShape: Shape = [moments, movementTables, numbers];

/**
 * What a spatial attention with the tables `movement` adds to the scores of frames of `size` (in its pixels), for the way d from
 * a key's place to the query's in sides of the picture: `gain · Σ_k even_k·cos(πkd) + odd_k·sin(πkd)`, summed over both axes.
 * A relative bias as Swin's (arXiv 2103.14030), as a Fourier series so that it serves pictures of any size. Head i has table i,
 * from the first again after the last. The moments are spread over the frames, however many.
 */
export function movementBias(
  w: Weights,
  frames: number,
  heads: number,
  { height, width }: PictureSize,
): NonNullable<AttentionScores['bias']> {
  const pixels = height * width;
  const keys = constant(floats(wavesAt(height, width), [1, pixels, numbers]));
  const shares = constant(floats(sharesOf(frames), [frames, moments]));
  const ofMoments = reshape(w.tensor(movementName, movementShape), [moments, movementTables * numbers]);
  const ofFrames = reshape(matmul(shares, ofMoments), [frames, movementTables, numbers]);
  const rounds = Array.from({ length: Math.ceil(heads / movementTables) }, () => ofFrames);
  const ofHeads = transpose(slice(concat(rounds, 1), 1, 0, heads), [1, 0, 2]);
  const factors = reshape(ofHeads, [heads * frames, 1, numbers]);
  const part = (x: Tensor, i: number) => slice(x, 2, i * waves, (i + 1) * waves);
  // cos(a − b) = cos a·cos b + sin a·sin b, sin(a − b) = sin a·cos b − cos a·sin b; b is the key's place.
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

/** At each pixel of a grid the cosines and the sines of y, then those of x. */
function wavesAt(height: number, width: number): Float32Array {
  const values: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (const place of [(y + 0.5) / height, (x + 0.5) / width]) {
        const angles = Array.from({ length: waves }, (_, k) => Math.PI * (k + 1) * place);
        values.push(...angles.map(Math.cos), ...angles.map(Math.sin));
      }
    }
  }
  return Float32Array.from(values);
}

/** How much each frame takes of each moment `[frames, moments]`: the first frame the first, the last the last. */
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
