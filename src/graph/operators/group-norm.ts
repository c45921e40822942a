/** @file Group normalisation (Wu & He 2018), per image or with statistics pooled over the frames of a video. */
import { apply, defineOperator, ShapeError } from '../operator.ts';
import { scalar, type Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { div } from './div.ts';
import { expand } from './expand.ts';
import { mul, scale } from './mul.ts';
import { neg } from './neg.ts';
import { normalize } from './normalize.ts';
import { reduceMean } from './reduce-mean.ts';
import { reduceSum } from './reduce-sum.ts';
import { reshape } from './reshape.ts';
import { sqrt } from './sqrt.ts';
import { sub } from './sub.ts';

interface Attributes {
  readonly groups: number;
  readonly epsilon: number;
  /** Number of consecutive images of the batch that share their statistics. */
  readonly frames: number;
}

const operator = defineOperator<Attributes>({
  name: 'groupNorm',
  infer: ([x, weight], { groups, frames }) => {
    const [n, channels] = x!.shape as [number, number];
    if (channels % groups !== 0 || n % frames !== 0 || weight!.shape[0] !== channels) {
      throw new ShapeError(
        `[${x!.shape}] does not divide into ${groups} groups of channels and videos of ${frames} frames`,
      );
    }
    return [x!];
  },
  lower: ([x, weight, bias], attributes) => {
    const grid = gridOf(x!, attributes);
    const { normal, gain, shift } = statistics(x!, attributes);
    const gamma = reshape(weight!, grid.perChannel);
    const beta = reshape(bias!, grid.perChannel);
    const scaled = mul(reshape(normal, grid.pixels), grid.spread(gain ? mul(gain, gamma) : gamma));
    const y = add(scaled, grid.spread(shift ? add(mul(shift, gamma), beta) : beta));
    return [reshape(y, x!.shape)];
  },
  gradient: ({ inputs: [x, weight, bias], attributes, dy, needs }) => {
    const grid = gridOf(x!, attributes);
    const { mean, inverse } = statistics(x!, attributes);
    const pixels = reshape(x!, grid.pixels);
    const gradients = reshape(dy, grid.pixels);
    const perFrame = [grid.videos, grid.frames, grid.groups, grid.width];
    const sum = reshape(reduceSum(gradients, [2]), perFrame);
    const product = reshape(reduceSum(mul(gradients, pixels), [2]), perFrame);
    // Σ dy·x̂ per channel and frame, from the raw sums.
    const projection = mul(sub(product, mul(mean, sum)), inverse);
    const gamma = reshape(weight!, grid.perChannel);
    const groupMean = (value: Tensor) => scale(reduceSum(mul(value, gamma), [1, 3]), 1 / grid.count);
    const dx = () => {
      // inverse·(γ·dy − mean(γ·dy) − x̂·mean(γ·dy·x̂)), as a linear function of dy and x per channel and frame.
      const bend = neg(mul(mul(inverse, inverse), groupMean(projection)));
      const level = neg(add(mul(bend, mean), mul(inverse, groupMean(sum))));
      const line = add(mul(gradients, grid.spread(mul(gamma, inverse))), mul(pixels, grid.spread(bend)));
      return reshape(add(line, grid.spread(level)), x!.shape);
    };
    return [
      needs[0] ? dx() : undefined,
      needs[1] ? reshape(reduceSum(projection, [0, 1]), weight!.shape) : undefined,
      needs[2] ? reshape(reduceSum(sum, [0, 1]), bias!.shape) : undefined,
    ];
  },
  examples: [
    { inputs: [[2, 4, 3, 2], [4], [4]], attributes: { groups: 2, epsilon: 1e-5, frames: 1 } },
    { inputs: [[4, 6, 2, 2], [6], [6]], attributes: { groups: 3, epsilon: 1e-3, frames: 2 } },
    { inputs: [[3, 4, 2, 3], [4], [4]], attributes: { groups: 4, epsilon: 1e-5, frames: 3 } },
  ],
});

/**
 * Normalises each group of channels to zero mean and unit variance, then scales and shifts each channel:
 * x `[n, c, h, w]`, weight and bias `[c]`. With `frames` > 1, the batch consists of videos of `frames` frames each,
 * and the statistics of a group are taken over all frames of a video.
 */
export function groupNorm(
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  { groups, epsilon = 1e-5, frames = 1 }: { groups: number; epsilon?: number; frames?: number },
): Tensor {
  return apply(operator, [x, weight, bias], { groups, epsilon, frames });
}

/** The division of a batch of images into videos, frames, groups of channels and channels of a group. */
function gridOf(x: Tensor, { groups, frames }: Attributes) {
  const [n, channels, h, w] = x.shape as [number, number, number, number];
  const [videos, width] = [n / frames, channels / groups];
  return {
    videos,
    frames,
    groups,
    width,
    /** Elements that share their statistics. */
    count: frames * width * h * w,
    pixels: [n, channels, h * w],
    perChannel: [1, 1, groups, width],
    /** Reshapes one value per video, frame, group or channel to broadcast against `pixels`. */
    spread: (value: Tensor) => {
      const everywhere = value.shape[0] === 1 && value.shape[1] === 1;
      const leading = everywhere ? [1, 1] : [videos, frames];
      return reshape(expand(value, [...leading, groups, width]), [everywhere ? 1 : n, channels, 1]);
    },
  };
}

/**
 * Mean and inverse deviation of every group (`[videos, 1, groups, 1]`), and the pixels normalised frame by frame. With
 * pooled statistics, `normal · gain + shift` (`[videos, frames, groups, 1]`) is normalised over all frames, so that one
 * pass over the pixels serves both cases.
 */
function statistics(x: Tensor, { groups, epsilon, frames }: Attributes) {
  const [n, channels, h, w] = x.shape as [number, number, number, number];
  const rows = reshape(x, [n * groups, (channels / groups) * h * w]);
  const [normal, ...moments] = normalize(rows, epsilon);
  const [localMean, localInverse] = moments.map((value) =>
    reshape(value, [n / frames, frames, groups, 1]),
  ) as [Tensor, Tensor];
  if (frames === 1) return { normal, mean: localMean, inverse: localInverse };
  const mean = reduceMean(localMean, [1]);
  const shift = sub(localMean, mean);
  const localVariance = sub(div(scalar(1), mul(localInverse, localInverse)), scalar(epsilon));
  const variance = reduceMean(add(localVariance, mul(shift, shift)), [1]);
  const inverse = div(scalar(1), sqrt(add(variance, scalar(epsilon))));
  return { normal, mean, inverse, gain: div(inverse, localInverse), shift: mul(shift, inverse) };
}
