/**
 * @file The first frame, grown, turned and moved about the middle of the thing that moves: where it is, the first frame's features
 * say, and how far everything around it goes, a few numbers for each moment of the motion. A learned way between two places
 * (see `movementBias`) is the same for all of a thing; of one that grows, no two points go the same way.
 */
import { floats, type Shape } from '../../graph/host-tensor.ts';
import {
  add,
  attend,
  concat,
  exp,
  expand,
  matmul,
  mul,
  reshape,
  scale,
  slice,
  softmax,
  sub,
  transpose,
} from '../../graph/operators/index.ts';
import { constant, scalar, type Tensor } from '../../graph/tensor.ts';
import type { Weights } from '../../graph/weights.ts';
import { convolution, toTokens } from '../../models/layers.ts';
import { moments, sharesOf } from './movement.ts';

/** Name of the numbers of the moments. */
export const warpName = 'warp';

/** For each moment: a 2×2 matrix (rows and columns: down, across), a way (down, across), and how narrowly it is looked. */
export const warpShape: Shape = [moments, 7];

/** Lets numbers that are trained at the rate of matrices move things by halves of the picture, and narrow the look tenfold. */
const [gain, narrowing] = [4, 8];
/** How widely it is looked at first: the deviation of a Gaussian, in sides of the picture. */
const WIDTH = 0.15;

/**
 * The first frame of each video `[videos, pixels, c]` as every frame sees it when it is warped, `[videos, frames·pixels, c]`. What is at q
 * comes from `q + E·(q − m) − d`, in sides of the picture, with E and d of the frame's moment and m the mean place of a softmax over the pixels,
 * by a 3×3 convolution of `features` `[videos, d, h, w]`, what the network knows of the first frame. Pixels count by a Gaussian
 * around that place. Untrained, nothing is moved, and all is blurred.
 */
export function warpedFirst(w: Weights, first: Tensor, features: Tensor, frames: number): Tensor {
  const [videos, , height, width] = features.shape as [number, number, number, number];
  const pixels = height * width;
  const places = placesOf(height, width);
  const ofPlaces = (axis: 0 | 1) => Float32Array.from({ length: pixels }, (_, i) => places[2 * i + axis]!);
  const scores = toTokens(convolution(w.scope('middle'), features, { out: 1 }));
  const found = softmax(reshape(scores, [videos, 1, pixels]));
  const middle = matmul(found, constant(floats(places, [1, pixels, 2])));
  const ofFrames = matmul(
    constant(floats(sharesOf(frames), [frames, moments])),
    w.tensor(warpName, warpShape),
  );
  const number = (i: number) => reshape(slice(ofFrames, 1, i, i + 1), [1, frames, 1]);
  const from = ([0, 1] as const).map((axis) =>
    sub(constant(floats(ofPlaces(axis), [1, 1, pixels])), slice(middle, 2, axis, axis + 1)),
  ) as [Tensor, Tensor];
  const narrow = exp(add(scale(number(6), narrowing), scalar(-2 * Math.log(WIDTH))));
  const place = (axis: 0 | 1) => {
    const matrix = add(mul(number(2 * axis), from[0]), mul(number(2 * axis + 1), from[1]));
    const way = scale(sub(matrix, number(4 + axis)), gain);
    return mul(add(constant(floats(ofPlaces(axis), [1, 1, pixels])), way), narrow);
  };
  // −|p − k|²/2 is p·k − |k|²/2 and what is the same for all k.
  const all = (x: Tensor) => reshape(expand(x, [videos, frames, pixels]), [videos, frames * pixels, 1]);
  const queries = concat([all(place(0)), all(place(1)), all(scale(narrow, -0.5))], 2);
  const keys = Array.from({ length: pixels }, (_, i) => {
    const [y, x] = [places[2 * i]!, places[2 * i + 1]!];
    return [y, x, y * y + x * x];
  }).flat();
  const ofKeys = expand(constant(floats(Float32Array.from(keys), [1, pixels, 3])), [videos, pixels, 3]);
  const oneHead = (x: Tensor) => reshape(x, [videos, 1, x.shape[1]!, x.shape[2]!]);
  const moved = attend(oneHead(queries), oneHead(ofKeys), oneHead(first), 1);
  return reshape(transpose(moved, [0, 2, 1, 3]), [videos, frames * pixels, first.shape[2]!]);
}

/** Down and across of each pixel of a grid, in sides. */
function placesOf(height: number, width: number): Float32Array {
  const places: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) places.push((y + 0.5) / height, (x + 0.5) / width);
  }
  return Float32Array.from(places);
}
