import { expect, test } from 'vitest';
import { randomStream } from '../../src/diffusion/random.ts';
import { floats } from '../../src/graph/host-tensor.ts';
import { constant, input } from '../../src/graph/tensor.ts';
import { Weights } from '../../src/graph/weights.ts';
import { decode, encode } from '../../src/models/vae.ts';
import { compile } from '../../src/runtime/program.ts';
import { exactVaeConfig, exactVaeWeights } from './exact-vae.ts';

test('reconstructions equal the pictures, and latents equal the pixels', async () => {
  const tensors = new Map([...exactVaeWeights()].map(([name, value]) => [name, constant(value)]));
  const w = new Weights((name) => tensors.get(`vae:${name}`));
  const { mean, logVariance } = encode(w, exactVaeConfig, input('pictures', [2, 3, 8, 8]));
  const program = await compile({ mean, logVariance, picture: decode(w, exactVaeConfig, mean) });
  const random = randomStream(0, 'pixels');
  const pictures = floats(
    Float32Array.from({ length: 2 * 3 * 64 }, (_, i) => (i < 192 ? 2 * random.uniform() - 1 : 1)),
    [2, 3, 8, 8],
  );
  const found = await program.run({ pictures });
  await program.dispose();
  for (const [i, value] of pictures.data.entries()) {
    expect(Math.abs((found.mean!.data[i] as number) - value)).toBeLessThan(1e-4);
    expect(Math.abs((found.picture!.data[i] as number) - value)).toBeLessThan(1e-4);
  }
  expect(Math.max(...(found.logVariance!.data as Float32Array))).toBeLessThan(-29);
});
