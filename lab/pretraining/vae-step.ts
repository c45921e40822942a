/** @file One step of training a variational autoencoder from scratch. */
import { type FloatTensor, floats, type Shape, sizeOf } from '../../src/graph/host-tensor.ts';
import {
  add,
  div,
  exp,
  matmul,
  mul,
  reduceMean,
  reshape,
  scale,
  slice,
  sqrt,
  sub,
} from '../../src/graph/operators/index.ts';
import { input, scalar, type Tensor } from '../../src/graph/tensor.ts';
import { type Weights, weightsTakenBy } from '../../src/graph/weights.ts';
import { type VaeConfig, vaeFactor } from '../../src/models/configs.ts';
import { decode, encode } from '../../src/models/vae.ts';
import type { CompileOptions, Values } from '../../src/runtime/program.ts';
import type { ParameterSet, ParameterShape } from '../../src/training/parameter-set.ts';
import { gradientStep } from './gradient-step.ts';
import { type TrainingStep, underPart } from './model-step.ts';
import { type MovedBatch, movedBatch, noMove, type PictureMove } from './moved-latents.ts';

/** Pictures and the noise with which their posterior is sampled. */
export interface VaeBatch {
  /** `[b, 3, H, W]` in −1…1. */
  readonly pictures: FloatTensor;
  /** Unit normals `[b, c, h, w]`. */
  readonly noise: FloatTensor;
  /**
   * Transformations of each picture's latents before they are decoded, and the pictures to compare with; default none.
   */
  readonly moves?: readonly PictureMove[] | undefined;
}

/** Weights of the parts of the loss. */
export interface VaeLossWeights {
  /** Mean absolute difference, smoothed below 0.01 so that it is differentiable everywhere. */
  readonly absolute: number;
  /** Mean squared difference. */
  readonly squared: number;
  /** Mean absolute difference of the pictures' horizontal and vertical gradients: keeps outlines sharp. */
  readonly edges: number;
  /**
   * Mean absolute difference of the local contrast of horizontal and vertical second differences, which is their root
   * mean square in squares of 4×4 pixels: pictures that are not quite right are sharp all the same. Default 0.
   */
  readonly sharpness?: number | undefined;
  /** KL divergence of the posterior from the unit normal, per value of the latents. */
  readonly divergence: number;
  /**
   * Mean squared difference between transformed latents and those of the transformed picture, as a share of each
   * channel's variance, so that nothing is gained by smaller latents. Default 0.
   */
  readonly equivariance?: number | undefined;
}

/** Weights that give sharp pictures and latents of moderate size. */
export const vaeLossDefaults: VaeLossWeights = {
  absolute: 1,
  squared: 0.5,
  edges: 0.5,
  divergence: 1e-4,
};

/** Names (`vae:…`) and shapes of all weights. */
export function vaeShapes(config: VaeConfig): ParameterShape[] {
  const factor = vaeFactor(config);
  const ofEncoder = weightsTakenBy((w) => {
    encode(w, config, input('pictures', [1, config.in_channels, factor, factor]));
  });
  return [...underPart('vae', ofEncoder), ...decoderShapes(config)];
}

/** Names (`vae:…`) and shapes of the decoder's weights. */
export function decoderShapes(config: VaeConfig): ParameterShape[] {
  const taken = weightsTakenBy(
    (w) => void decode(w, config, input('latents', [1, config.latent_channels, 1, 1])),
  );
  return underPart('vae', taken);
}

/** Compiles the step for pictures `[b, 3, H, W]`. */
export async function vaeStep(
  config: VaeConfig,
  parameters: ParameterSet,
  pictureShape: Shape,
  lossWeights: VaeLossWeights = vaeLossDefaults,
  options?: CompileOptions,
): Promise<TrainingStep<VaeBatch>> {
  const latentShape = vaeLatentShape(config, pictureShape);
  const step = await gradientStep(
    parameters,
    (part) => {
      const { mean, logVariance } = encode(part('vae'), config, input('batch:pictures', pictureShape));
      const deviation = exp(scale(logVariance, 0.5));
      const latents = add(mean, mul(deviation, input('batch:noise', latentShape)));
      const moves = moveInputs(config, pictureShape);
      const parts = [
        decodingLoss(part('vae'), config, moved(latents, moves.matrices), moves, lossWeights),
        scale(divergence(mean, logVariance), lossWeights.divergence),
      ];
      if (lossWeights.equivariance) {
        const own = encode(part('vae'), config, moves.targets).mean;
        parts.push(scale(equivarianceLoss(mean, own, moves), lossWeights.equivariance));
      }
      return reshape(parts.reduce(add), []);
    },
    options,
  );
  return {
    gradients: step.gradients,
    run: ({ pictures, noise, moves }) =>
      step.run({
        'batch:pictures': pictures,
        'batch:noise': floats(noise.data, latentShape),
        ...moveValues(config, pictures, moves),
      }),
    dispose: step.dispose,
  };
}

/** Pictures, and their latents from a fixed encoder. */
export interface DecoderBatch {
  /** `[b, 3, H, W]` in −1…1. */
  readonly pictures: FloatTensor;
  /** `[b, c, h, w]`, not scaled. */
  readonly latents: FloatTensor;
  /** Is added to the latents after they are transformed: `[b, c, h, w]`; default nothing. */
  readonly noise?: FloatTensor | undefined;
  /** As in `VaeBatch`. */
  readonly moves?: readonly PictureMove[] | undefined;
}

/** Compiles a step that trains the decoder alone (the parameters of `decoderShapes`), for pictures `[b, 3, H, W]`. */
export async function decoderStep(
  config: VaeConfig,
  parameters: ParameterSet,
  pictureShape: Shape,
  lossWeights: VaeLossWeights = vaeLossDefaults,
  options?: CompileOptions,
): Promise<TrainingStep<DecoderBatch>> {
  const latentShape = vaeLatentShape(config, pictureShape);
  const step = await gradientStep(
    parameters,
    (part) => {
      const moves = moveInputs(config, pictureShape);
      const latents = moved(input('batch:latents', latentShape), moves.matrices);
      const noisy = add(latents, input('batch:noise', latentShape));
      return reshape(decodingLoss(part('vae'), config, noisy, moves, lossWeights), []);
    },
    options,
  );
  return {
    gradients: step.gradients,
    run: ({ pictures, latents, noise, moves }) =>
      step.run({
        'batch:latents': latents,
        'batch:noise': noise ?? floats(new Float32Array(sizeOf(latentShape)), latentShape),
        ...moveValues(config, pictures, moves),
      }),
    dispose: step.dispose,
  };
}

/** Shape of the latents of pictures `[b, 3, H, W]`. */
export function vaeLatentShape(config: VaeConfig, [samples, , height, width]: Shape): Shape {
  const factor = vaeFactor(config);
  return [samples!, config.latent_channels, height! / factor, width! / factor];
}

/** What `movedBatch` makes, as inputs of the graph. */
type MoveInputs = Readonly<Record<keyof MovedBatch, Tensor>>;

function moveInputs(config: VaeConfig, pictureShape: Shape): MoveInputs {
  const [samples, , rows, columns] = vaeLatentShape(config, pictureShape) as [number, number, number, number];
  const [, , height, width] = pictureShape as [number, number, number, number];
  return {
    matrices: input('batch:matrices', [samples, rows * columns, rows * columns]),
    targets: input('batch:targets', pictureShape),
    inside: input('batch:inside', [samples, 1, height, width]),
  };
}

/** Loss of decoded transformed latents against the transformed pictures, where these are known. */
function decodingLoss(
  w: Weights,
  config: VaeConfig,
  transformed: Tensor,
  { targets, inside }: MoveInputs,
  lossWeights: VaeLossWeights,
): Tensor {
  const pictures = mul(decode(w, config, transformed), inside);
  const known = mul(targets, inside);
  const loss = pictureLoss(sub(pictures, known), lossWeights);
  const { sharpness } = lossWeights;
  return sharpness ? add(loss, scale(contrastLoss(pictures, known), sharpness)) : loss;
}

/** Transformed latents against those of the transformed pictures, `own`, where these are known. */
function equivarianceLoss(latents: Tensor, own: Tensor, { matrices, inside }: MoveInputs): Tensor {
  const [samples, , rows, columns] = latents.shape as [number, number, number, number];
  const [, , height, width] = inside.shape as [number, number, number, number];
  const blocks = reshape(inside, [samples, 1, rows, height / rows, columns, width / columns]);
  const known = reshape(reduceMean(blocks, [3, 5]), [samples, 1, rows, columns]);
  const apart = sub(moved(latents, matrices), own);
  const perChannel = (x: Tensor) => reduceMean(x, [0, 2, 3]);
  const centred = sub(latents, perChannel(latents));
  const variance = add(perChannel(mul(centred, centred)), scalar(1e-6));
  return reduceMean(div(perChannel(mul(known, mul(apart, apart))), variance));
}

/** Latents `[b, c, h, w]`, transformed by matrices `[b, h·w, h·w]`. */
function moved(latents: Tensor, matrices: Tensor): Tensor {
  const [samples, channels, rows, columns] = latents.shape as [number, number, number, number];
  return reshape(matmul(reshape(latents, [samples, channels, rows * columns]), matrices), latents.shape);
}

/** Values of `moveInputs`. */
function moveValues(config: VaeConfig, pictures: FloatTensor, moves?: readonly PictureMove[]): Values {
  const still = Array<PictureMove>(pictures.shape[0]!).fill(noMove);
  const { matrices, targets, inside } = movedBatch(pictures, vaeFactor(config), moves ?? still);
  return { 'batch:matrices': matrices, 'batch:targets': targets, 'batch:inside': inside };
}

function pictureLoss(error: Tensor, lossWeights: VaeLossWeights): Tensor {
  return [
    scale(meanAbsolute(error), lossWeights.absolute),
    scale(reduceMean(mul(error, error)), lossWeights.squared),
    scale(add(meanAbsolute(difference(error, 2)), meanAbsolute(difference(error, 3))), lossWeights.edges),
  ].reduce(add);
}

/** Of pictures `[b, c, h, w]` in −1…1: see `VaeLossWeights.sharpness`. */
export function contrastLoss(pictures: Tensor, targets: Tensor): Tensor {
  const parts = [2, 3].map((axis) =>
    meanAbsolute(sub(localContrast(pictures, axis), localContrast(targets, axis))),
  );
  return parts.reduce(add);
}

/** Root mean square, in squares, of second differences along an axis; edges that fill no square are left out. */
function localContrast(pictures: Tensor, axis: number): Tensor {
  const second = difference(difference(pictures, axis), axis);
  const square = 4;
  const whole = (side: number) => Math.floor(side / square) * square;
  const [samples, channels, height, width] = second.shape as [number, number, number, number];
  const [rows, columns] = [whole(height) / square, whole(width) / square];
  const cut = slice(slice(second, 2, 0, rows * square), 3, 0, columns * square);
  const blocks = reshape(mul(cut, cut), [samples, channels, rows, square, columns, square]);
  return sqrt(add(reduceMean(blocks, [3, 5]), scalar(1e-4)));
}

/** `mean √(x² + ε²)` with ε = 0.01 (Charbonnier et al. 1994). */
function meanAbsolute(x: Tensor): Tensor {
  return reduceMean(sqrt(add(mul(x, x), scalar(1e-4))));
}

/** Differences between neighbours along an axis. */
function difference(x: Tensor, axis: number): Tensor {
  const size = x.shape[axis]!;
  return sub(slice(x, axis, 1, size), slice(x, axis, 0, size - 1));
}

/** Kullback–Leibler divergence from the unit normal: `½·(μ² + σ² − 1 − log σ²)`, averaged. */
function divergence(mean: Tensor, logVariance: Tensor): Tensor {
  const excess = sub(sub(exp(logVariance), logVariance), scalar(1));
  return scale(reduceMean(add(mul(mean, mean), excess)), 0.5);
}
