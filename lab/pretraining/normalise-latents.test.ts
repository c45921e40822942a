import { expect, test } from 'vitest';
import { randomStream } from '../../src/diffusion/random.ts';
import { type FloatTensor, floats } from '../../src/graph/host-tensor.ts';
import { input } from '../../src/graph/tensor.ts';
import { Weights } from '../../src/graph/weights.ts';
import { decode, encode } from '../../src/models/vae.ts';
import { compile } from '../../src/runtime/program.ts';
import { smallVaeConfig } from '../../src/testing/small-vae.ts';
import { initialParameters } from './initial-values.ts';
import { channelStatistics, normalisedLatents } from './normalise-latents.ts';
import { vaeShapes } from './vae-step.ts';

test('every channel gets mean 0 and deviation 1, and reconstructions stay the same', async () => {
  const config = smallVaeConfig(2, 4);
  const before = initialParameters(vaeShapes(config), 3).views;
  before.get('vae:quant_conv.bias')!.data.set([3, -2, 0.5, -1]);
  const shape = [4, 3, 8, 8];
  const pictures = floats(randomStream(0, 'pictures').normals(768), shape);
  const network = async (weights: ReadonlyMap<string, FloatTensor>) => {
    const named = new Map([...weights].map(([name, { shape: of }]) => [name, input(name, of)]));
    const w = new Weights((name) => named.get(`vae:${name}`));
    const { mean, logVariance } = encode(w, config, input('pictures', shape));
    const program = await compile({ mean, logVariance, back: decode(w, config, mean) });
    const found = await program.run({ ...Object.fromEntries(weights), pictures });
    await program.dispose();
    return found as Record<'mean' | 'logVariance' | 'back', FloatTensor>;
  };
  const plain = await network(before);
  const statistics = channelStatistics([plain.mean]);
  expect(statistics.means[0]).toBeGreaterThan(2);
  const changed = await network(normalisedLatents(before, statistics));

  const after = channelStatistics([changed.mean]);
  for (const c of [0, 1]) {
    expect(after.means[c]).toBeCloseTo(0, 4);
    expect(after.deviations[c]).toBeCloseTo(1, 4);
  }
  for (const [i, value] of changed.back.data.entries()) expect(value).toBeCloseTo(plain.back.data[i]!, 4);
  // The posterior's deviation shrinks with its mean.
  const plane = 16;
  for (const [i, value] of changed.logVariance.data.entries()) {
    const scale = statistics.deviations[Math.floor(i / plane) % 2]!;
    expect(value).toBeCloseTo(plain.logVariance.data[i]! - 2 * Math.log(scale), 4);
  }
});
