import { Matrix } from 'ml-matrix';
import { expect, test } from 'vitest';
import { randomStream } from '../../src/diffusion/random.ts';
import { type FloatTensor, floats } from '../../src/graph/host-tensor.ts';
import { smallVaeConfig } from '../../src/testing/small-vae.ts';
import { initialParameters } from './initial-values.ts';
import { batchCodec } from './pretrain-vae.ts';
import { vaeShapes } from './vae-step.ts';
import { latentStatistics, whitenedWeights, whitening } from './whiten-latents.ts';

test('channels become uncorrelated and alike in variance, and reconstructions stay the same', async () => {
  const config = smallVaeConfig(3, 4);
  const before = initialParameters(vaeShapes(config), 3).views;
  before.get('vae:quant_conv.bias')!.data.set([3, -2, 0.5, -1, -2, -3]);
  const shape = [4, 3, 16, 16];
  const pictures = floats(randomStream(0, 'pictures').normals(4 * 3 * 16 * 16), shape);
  const coded = async (weights: ReadonlyMap<string, FloatTensor>) => {
    const codec = await batchCodec({ config, weights }, shape);
    const posterior = await codec.encode(pictures);
    const back = await codec.decode(posterior.mean);
    await codec.dispose();
    return { posterior, back };
  };
  const plain = await coded(before);
  const statistics = latentStatistics([plain.posterior]);
  expect(statistics.means[0]).toBeGreaterThan(2);

  for (const strength of [0, 0.5, 1]) {
    const change = whitening(statistics, strength);
    const changed = await coded(whitenedWeights(before, change));
    const { means, covariance, noise } = latentStatistics([changed.posterior]);
    const variances = covariance.map((row, c) => row[c]!);
    expect(variances.reduce((sum, value) => sum + value, 0)).toBeCloseTo(3, 3);
    for (const [c, row] of covariance.entries()) {
      expect(means[c]).toBeCloseTo(0, 3);
      for (const [d, value] of row.entries()) if (d !== c) expect(value).toBeCloseTo(0, 3);
      expect(noise[c]! / change.noise[c]!).toBeCloseTo(1, 3);
    }
    if (strength === 1) for (const value of variances) expect(value).toBeCloseTo(1, 3);
    else expect(variances).toEqual([...variances].sort((a, b) => b - a));
    for (const [i, value] of changed.back.data.entries()) {
      expect(value).toBeCloseTo(plain.back.data[i]!, 3);
    }
  }
  const ratio = (strength: number) => {
    const { into } = whitening(statistics, strength);
    const covariance = into.mmul(new Matrix(statistics.covariance as number[][])).mmul(into.transpose());
    return covariance.get(0, 0) / covariance.get(2, 2);
  };
  expect(ratio(0.5)).toBeCloseTo(Math.sqrt(ratio(0)), 6);
});
