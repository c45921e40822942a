/**
 * @file The first frame, moved, for every frame to see. Attention takes contents from the first frame deep inside the network, pixel by
 * pixel and as few numbers. Here its whole picture is laid beside the noisy one, as it is and where it will be: an image model that
 * sees the thing in its new place need not remember what it looks like.
 */
import {
  attend,
  concat,
  expand,
  mul,
  reshape,
  sigmoid,
  slice,
  transpose,
} from '../../graph/operators/index.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Weights } from '../../graph/weights.ts';
import { convolution, toTokens } from '../../models/layers.ts';
import { plusEachMotion } from '../acting-motions.ts';
import { thinLinear } from '../file/low-rank.ts';
import { movementBias, movementTables } from './movement.ts';

/** Name of the layer, in the scope of the U-Net's first and last convolution. */
export const carriedName = 'carried';

/** How often each frame sees the first one: once as it is, and once moved by each table of the movement. */
export const carriedViews = 1 + movementTables;

/**
 * Adds to x `[n, c, h, w]` what the first frame of its video shows in `shown` `[n, d, h, w]`: as it is, and moved by each table of a
 * learned movement (attention by the way alone, see `movementBias`), each weighed at every pixel by a gate that x decides, and
 * together through a matrix that starts at zero: `x + W·[σ(gate(x))_i · view_i]`. For every motion that is in w.
 */
export function withCarriedFirstFrame(w: Weights, x: Tensor, shown: Tensor, frames: number): Tensor {
  const [n, channels, height, width] = x.shape as [number, number, number, number];
  const pixels = height * width;
  return plusEachMotion(x, w, `${carriedName}.movement`, (motion) => {
    const layer = motion(carriedName);
    const views = viewsOfFirst(layer, shown, frames);
    const gates = sigmoid(toTokens(convolution(layer.scope('conv_gate'), x, { out: carriedViews })));
    const seen = mul(views, reshape(gates, [n, pixels, carriedViews, 1]));
    const rows = reshape(seen, [n, pixels, carriedViews * shown.shape[1]!]);
    const added = thinLinear(layer.scope('to_out'), rows, channels, { bias: false });
    return reshape(transpose(added, [0, 2, 1]), x.shape);
  });
}

/** The first frame of each video of `shown` as every frame sees it: `[n, pixels, carriedViews, d]`. */
export function viewsOfFirst(w: Weights, shown: Tensor, frames: number): Tensor {
  const [n, channels, height, width] = shown.shape as [number, number, number, number];
  const videos = n / frames;
  const pixels = height * width;
  const inVideos = reshape(toTokens(shown), [videos, frames, pixels, channels]);
  const first = slice(inVideos, 1, 0, 1);
  const { queries, keys } = movementBias(w, frames, movementTables, { height, width });
  const forEach = (x: Tensor) => expand(x, [videos, movementTables, x.shape[2]!, x.shape[3]!]);
  const moved = attend(forEach(queries), forEach(keys), forEach(first), 1);
  const still = reshape(expand(first, inVideos.shape), [videos, 1, frames * pixels, channels]);
  const views = transpose(concat([still, moved], 1), [0, 2, 1, 3]);
  return reshape(views, [n, pixels, carriedViews, channels]);
}
