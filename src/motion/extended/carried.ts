/**
 * @file The first frame, unchanged and displaced, as an additional input of every frame. Attention transfers contents
 * from the first frame deep inside the network, pixel by pixel and with few channels. Here the whole first frame is
 * supplied at the noisy frame's own resolution, so that a network that sees the object in its new position need not
 * remember its appearance.
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
import { convolution, linear, toTokens } from '../../models/layers.ts';
import { plusEachMotion } from '../acting-motions.ts';
import { carriedName } from './extended-names.ts';
import { movementBias, movementTables } from './movement.ts';

/** Number of views of the first frame that each frame gets: one unchanged, and one displaced by each movement table. */
export const carriedViews = 1 + movementTables;

/**
 * Adds views of the first frame of each video in `shown` `[n, d, h, w]` to x `[n, c, h, w]`: one unchanged, and one
 * displaced by each table of a learned movement (attention by displacement alone, see `movementBias`). Each view is
 * weighted per pixel by a gate computed from x, and all are projected by a zero-initialised matrix:
 * `x + W·[σ(gate(x))_i · view_i]`. Applied for every motion in w.
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
    const added = linear(layer.scope('to_out'), rows, channels, { bias: false });
    return reshape(transpose(added, [0, 2, 1]), x.shape);
  });
}

/** All views of the first frame of each video in `shown`, for every frame: `[n, pixels, carriedViews, d]`. */
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
