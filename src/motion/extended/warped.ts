/**
 * @file Affine warping of the first frame (scaling, rotation, translation) about the centre of the moving object. The
 * centre is located from the first frame's features; a few parameters per moment of the motion describe the
 * transformation. A learned displacement (see `movementBias`) is the same for a whole object, but the points of an
 * object that grows are displaced differently.
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

/** Name of the tensor with the parameters of each moment. */
export const warpName = 'warp';

/** Per moment: a 2×2 matrix (rows and columns: y, x), a translation (y, x), and the sharpness of the Gaussian. */
export const warpShape: Shape = [moments, 7];

/** Lets parameters trained at the learning rate of matrices move objects by half an image and sharpen tenfold. */
const [gain, narrowing] = [4, 8];
/** Initial standard deviation of the Gaussian, in units of the image side. */
const WIDTH = 0.15;

/**
 * The first frame of each video `[videos, pixels, c]`, warped for every frame: `[videos, frames·pixels, c]`. The value
 * at position q is sampled at `q + E·(q − m) − d`, in units of the image side, where E and d belong to the frame's
 * moment and m is the mean position under a softmax over the pixels, whose logits are a 3×3 convolution of `features`
 * `[videos, d, h, w]`, the network's features of the first frame. Sampling weights pixels by a Gaussian around that
 * position. Untrained, it moves nothing and blurs.
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
    const displacement = scale(sub(matrix, number(4 + axis)), gain);
    return mul(add(constant(floats(ofPlaces(axis), [1, 1, pixels])), displacement), narrow);
  };
  // −|p − k|²/2 equals p·k − |k|²/2 up to a term that does not depend on k.
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

/** y and x of each pixel of a grid, in units of the image side. */
function placesOf(height: number, width: number): Float32Array {
  const places: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) places.push((y + 0.5) / height, (x + 0.5) / width);
  }
  return Float32Array.from(places);
}
