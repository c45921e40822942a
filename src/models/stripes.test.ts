import { describe, expect, test } from 'vitest';
import { writeSafetensors } from '../checkpoints/safetensors.ts';
import { openWeightFile } from '../checkpoints/weight-file.ts';
import { randomStream } from '../diffusion/random.ts';
import { chain } from '../graph/chain.ts';
import { type FloatTensor, floats, type Shape, sizeOf } from '../graph/host-tensor.ts';
import { input, type Tensor } from '../graph/tensor.ts';
import { Weights, weightsTakenBy } from '../graph/weights.ts';
import { compileChain } from '../runtime/chain-program.ts';
import { compile, type Values } from '../runtime/program.ts';
import { testFolder } from '../testing/test-folder.ts';
import { vaeConfigSchema } from './configs.ts';
import { pictureDecoder, pictureEncoder } from './programs.ts';
import { stripeRows } from './stripes.ts';
import { decode, decodeInStripes, encode, encodeInStripes } from './vae.ts';

const at = await testFolder();
const config = vaeConfigSchema.parse({
  in_channels: 3,
  out_channels: 3,
  latent_channels: 4,
  block_out_channels: [8, 12, 16],
  layers_per_block: 2,
  norm_num_groups: 4,
  down_block_types: Array(3).fill('DownEncoderBlock2D'),
  up_block_types: Array(3).fill('UpDecoderBlock2D'),
});
const [height, width] = [44, 24];
const normal = (name: string, shape: Shape): FloatTensor =>
  floats(randomStream(0, 'stripes', name).normals(sizeOf(shape)), shape);
const pixels = input('pixels', [1, 3, height, width]);
const latents = input('latents', [1, 4, height / 4, width / 4]);
/** Far from a mean of zero, where statistics of stripes would differ most. */
const uneven = ({ data, shape }: FloatTensor) =>
  floats(
    data.map((x, i) => x + 3 + i / 300),
    shape,
  );
const given: Values = {
  pixels: uneven(normal('pixels', pixels.shape)),
  latents: uneven(normal('latents', latents.shape)),
};

const shapes = weightsTakenBy((w) => [encode(w, config, pixels), decode(w, config, latents)]);
await writeSafetensors(
  at('vae.safetensors'),
  [...shapes].map(([name, shape]) => {
    const { data } = normal(name, shape);
    const spread = shape.length === 1 ? 0.3 : 1 / Math.sqrt(sizeOf(shape.slice(1)));
    const mean = /norm.*weight$/.test(name) ? 1 : 0;
    return [
      name,
      floats(
        data.map((x) => mean + spread * x),
        shape,
      ),
    ] as const;
  }),
);
const weights = await openWeightFile(at('vae.safetensors'));
const w = new Weights(weights.find);

async function wholeOf(graph: Record<string, Tensor>): Promise<Record<string, FloatTensor>> {
  const program = await compile(graph);
  const found = await program.run(given);
  await program.dispose();
  return found as Record<string, FloatTensor>;
}

async function chainOf(graph: Record<string, Tensor>): Promise<Record<string, FloatTensor>> {
  const program = await compileChain({ outputs: graph });
  const found = await program.run(given);
  await program.dispose();
  return found as Record<string, FloatTensor>;
}

function largestDifference(a: FloatTensor, b: FloatTensor): number {
  expect(a.shape).toEqual(b.shape);
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i]!)), 0);
}

describe.each([1, 2, 3, 11])('in %i stripes', (count) => {
  test('a picture is encoded as in one piece', async () => {
    const whole = await wholeOf({ ...encode(w, config, pixels) });
    const found = await chainOf({ ...encodeInStripes(w, config, pixels, count) });
    expect(largestDifference(found.mean!, whole.mean!)).toBeLessThan(1e-5);
    expect(largestDifference(found.logVariance!, whole.logVariance!)).toBeLessThan(1e-5);
  });

  test('latents are decoded as in one piece', async () => {
    const whole = await wholeOf({ picture: decode(w, config, latents) });
    const found = await chainOf({ picture: decodeInStripes(w, config, latents, count) });
    expect(largestDifference(found.picture!, whole.picture!)).toBeLessThan(1e-5);
  });
});

test('a stripe holds whole rows of latents, and no more stripes are made than there are rows', () => {
  expect(stripeRows(44, 3, 4)).toEqual([16, 12, 16]);
  expect(stripeRows(11, 1)).toEqual([11]);
  expect(stripeRows(3, 8)).toEqual([1, 1, 1]);
  expect(stripeRows(320, 5, 8)).toEqual([64, 64, 64, 64, 64]);
});

test('stripes of the same height in the middle of a picture share their programs', () => {
  const calls = chain({ outputs: { picture: decodeInStripes(w, config, latents, 11) } });
  const graphs = new Set(calls.map(({ graph }) => JSON.stringify(Object.values(graph).map(structure))));
  expect(calls.length).toBeGreaterThan(200);
  expect(graphs.size).toBeLessThan(calls.length / 4);
});

/** A tensor as nested operators and shapes. */
function structure({ source, shape }: Tensor): unknown {
  if (source.kind !== 'node') return [source.kind, source.kind === 'input' && source.name, shape];
  return [source.node.operator.name, shape, source.node.attributes, source.node.inputs.map(structure)];
}

test('with little memory, encoder and decoder give the same pictures', async () => {
  const [component, size] = [
    { config, weights },
    { width, height },
  ];
  const results = [];
  for (const memory of ['fast', 'low'] as const) {
    const encoder = await pictureEncoder(component, size, { memory, small: 0 });
    const { mean, deviation } = await encoder.encode(given.pixels as FloatTensor);
    await encoder.dispose();
    const decoder = await pictureDecoder(component, size, { memory, small: 0 });
    const picture = await decoder.decode(given.latents as FloatTensor);
    await decoder.dispose();
    results.push([mean, deviation, picture]);
  }
  const [fast, low] = results as [FloatTensor[], FloatTensor[]];
  for (const [i, value] of low.entries()) expect(largestDifference(value, fast[i]!)).toBeLessThan(1e-4);
});
