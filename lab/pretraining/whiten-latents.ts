/**
 * @file Gives an autoencoder's latents uncorrelated channels of similar variance, by its outermost 1×1 convolutions
 * alone.
 *
 * The channels of an autoencoder that is trained for its pictures alone are much alike: the first principal component
 * of twelve can hold four fifths of their variance (how light a place is) and the last eight, without which outlines
 * are lost, a hundredth together. Noise of one strength in all channels then hides those eight until the last few
 * timesteps, and a loss over all channels hardly counts them: the U-Net learns colours and no outlines.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { type FloatTensor, floats } from '../../src/graph/host-tensor.ts';
import type { Posterior } from './pretrain-vae.ts';

/** Means of posteriors over pictures and places. */
export interface LatentStatistics {
  /** Mean of each channel. */
  readonly means: readonly number[];
  /** Of the channels, `c × c`. */
  readonly covariance: readonly (readonly number[])[];
  /** Mean variance of the posterior in each channel. */
  readonly noise: readonly number[];
}

/** A change of the channels: `into · (z − means)`, and back. */
export interface Whitening {
  readonly means: Matrix;
  readonly into: Matrix;
  readonly back: Matrix;
  /** Variance of the posterior in each new channel. */
  readonly noise: readonly number[];
}

/** Statistics of posteriors `[n, c, h, w]`. */
export function latentStatistics(posteriors: readonly Posterior[]): LatentStatistics {
  const means = byPlace(posteriors.map(({ mean }) => mean));
  const channelMeans = means.mean('column');
  const centred = means.subRowVector(channelMeans);
  const variances = byPlace(posteriors.map(({ deviation }) => deviation)).pow(2);
  return {
    means: channelMeans,
    covariance: centred.transpose().mmul(centred).div(centred.rows).to2DArray(),
    noise: variances.mean('column'),
  };
}

/** A row of channels for every place of every picture. */
function byPlace(tensors: readonly FloatTensor[]): Matrix {
  const rows = tensors.flatMap(({ data, shape }) => {
    const [pictures, channels, height, width] = shape as [number, number, number, number];
    const plane = height * width;
    return Array.from({ length: pictures * plane }, (_, row) => {
      const first = Math.floor(row / plane) * channels * plane + (row % plane);
      return Float64Array.from({ length: channels }, (_, c) => data[first + c * plane]!);
    });
  });
  return new Matrix(rows);
}

/**
 * The change to principal components, the largest first, whose variances λ become proportional to λ^(1 − strength),
 * with mean 1: 0 leaves their ratios, 1 makes all alike.
 */
export function whitening({ means, covariance, noise }: LatentStatistics, strength: number): Whitening {
  const symmetric = new Matrix(covariance.map((row) => [...row]));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, k) => k).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const variances = order.map((k) => realEigenvalues[k]!);
  const raw = variances.map((variance) => variance ** (-strength / 2));
  const mean = variances.reduce((sum, variance, k) => sum + variance * raw[k]! ** 2, 0) / order.length;
  const scales = raw.map((scale) => scale / Math.sqrt(mean));
  const components = eigenvectorMatrix.subMatrixColumn(order);
  const into = Matrix.diag(scales).mmul(components.transpose());
  return {
    means: Matrix.columnVector([...means]),
    into,
    back: components.mmul(Matrix.diag(scales.map((scale) => 1 / scale))),
    noise: Matrix.pow(into, 2)
      .mmul(Matrix.columnVector([...noise]))
      .to1DArray(),
  };
}

/**
 * Weights (`vae:…`) of the same autoencoder with changed latents: `quant_conv` changes them, and `post_quant_conv`
 * changes them back, so that reconstructions do not change. A mixture of channels has no posterior deviation that a
 * convolution could give; it becomes the same everywhere.
 */
export function whitenedWeights(
  weights: ReadonlyMap<string, FloatTensor>,
  { means, into, back, noise }: Whitening,
): Map<string, FloatTensor> {
  const channels = means.rows;
  const given = (name: string) => weights.get(`vae:${name}`)!;
  const matrix = (name: string) => {
    const { data, shape } = given(name);
    return Matrix.from1DArray(shape[0]!, shape[1] ?? 1, data);
  };
  // The first half of its outputs are means, the second logarithms of variances.
  const first = <T extends Matrix>(of: T) => of.subMatrix(0, channels - 1, 0, of.columns - 1);
  const quant = into.mmul(first(matrix('quant_conv.weight')));
  const quantBias = into.mmul(Matrix.sub(first(matrix('quant_conv.bias')), means));
  const post = matrix('post_quant_conv.weight');
  const changed = {
    'quant_conv.weight': [...quant.to1DArray(), ...Array<number>(2 * channels * channels).fill(0)],
    'quant_conv.bias': [...quantBias.to1DArray(), ...noise.map(Math.log)],
    'post_quant_conv.weight': post.mmul(back).to1DArray(),
    'post_quant_conv.bias': Matrix.add(matrix('post_quant_conv.bias'), post.mmul(means)).to1DArray(),
  };
  const named = Object.entries(changed).map(
    ([name, values]) => [`vae:${name}`, floats(Float32Array.from(values), given(name).shape)] as const,
  );
  return new Map([...weights, ...named]);
}
