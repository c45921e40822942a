import { describe, expect, test } from 'vitest';
import { randomStream } from '../diffusion/random.ts';
import { type FloatTensor, floats, type Shape, sizeOf } from '../graph/host-tensor.ts';
import { constant, input, type Tensor } from '../graph/tensor.ts';
import { Weights, weightsTakenBy } from '../graph/weights.ts';
import { motionParameters, videoWeights } from '../motion/motion-parameters.ts';
import { motionVariants } from '../motion/variant.ts';
import { videoUNet } from '../motion/video-unet.ts';
import { compile } from '../runtime/program.ts';
import { type UNetConfig, unetConfigSchema } from './configs.ts';
import { timestepSinusoids } from './time-embedding.ts';
import { unet } from './unet.ts';

const settings = {
  in_channels: 4,
  out_channels: 4,
  block_out_channels: [8, 16],
  layers_per_block: 1,
  down_block_types: ['CrossAttnDownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D'],
  attention_head_dim: 2,
  cross_attention_dim: 6,
  norm_num_groups: 4,
};
const config = unetConfigSchema.parse(settings);
const random = randomStream(3, 'unet test');
const normal = (shape: Shape) => floats(random.normals(sizeOf(shape)), shape);

const pictures = normal([2, 4, 6, 5]);
const context = normal([2, 7, 6]);
const sinusoids = timestepSinusoids(config, [10, 700]);
const given = { latents: pictures, context, sinusoids };
const symbols = {
  latents: input('latents', pictures.shape),
  context: input('context', context.shape),
  sinusoids: input('sinusoids', sinusoids.shape),
};

/** Random weights for a U-Net, by name. */
function randomWeights(of: UNetConfig): Map<string, FloatTensor> {
  const taken = weightsTakenBy((w) => unet(w, of, symbols));
  return new Map([...taken].map(([name, shape]) => [name, normal(shape)]));
}

const finder = (weights: ReadonlyMap<string, FloatTensor>) => {
  const tensors = new Map<string, Tensor>();
  for (const [name, value] of weights) {
    tensors.set(
      name,
      constant(
        floats(
          value.data.map((x) => x / 4),
          value.shape,
        ),
      ),
    );
  }
  return (name: string) => tensors.get(name);
};

async function run(y: Tensor, values: Record<string, FloatTensor>): Promise<Float32Array> {
  const program = await compile({ y });
  const found = await program.run(values);
  await program.dispose();
  return found.y!.data as Float32Array;
}

const difference = (a: Float32Array, b: Float32Array) =>
  a.reduce(
    (largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)),
    a.length === b.length ? 0 : 1e9,
  );

describe('the image U-Net', () => {
  const weights = randomWeights(config);

  test('projects the same with linear layers as with 1×1 convolutions', async () => {
    const flat = new Map(
      [...weights].map(([name, value]) => [
        name,
        /proj_(in|out)\.weight$/.test(name) ? floats(value.data, value.shape.slice(0, 2)) : value,
      ]),
    );
    const linear = unetConfigSchema.parse({ ...settings, use_linear_projection: true });
    const expected = await run(unet(new Weights(finder(weights)), config, symbols), given);
    const found = await run(unet(new Weights(finder(flat)), linear, symbols), given);
    expect(difference(found, expected)).toBeLessThan(1e-4);
    expect(Math.max(...expected)).toBeGreaterThan(0.01);
  });

  test('takes one number of heads for all blocks or one for each', async () => {
    const each = unetConfigSchema.parse({ ...settings, attention_head_dim: [2, 2] });
    const expected = await run(unet(new Weights(finder(weights)), config, symbols), given);
    const found = await run(unet(new Weights(finder(weights)), each, symbols), given);
    expect(difference(found, expected)).toBe(0);
  });

  test('gives each block its own number of heads, the middle the last', async () => {
    const withHeads = (...heads: number[]) =>
      run(
        unet(
          new Weights(finder(weights)),
          unetConfigSchema.parse({ ...settings, attention_head_dim: heads }),
          symbols,
        ),
        given,
      );
    const [one, outer, middle] = await Promise.all([withHeads(1, 1), withHeads(2, 1), withHeads(1, 2)]);
    expect(difference(one, outer)).toBeGreaterThan(1e-3);
    expect(difference(one, middle)).toBeGreaterThan(1e-5);
    expect(difference(outer, middle)).toBeGreaterThan(1e-3);
  });

  test('refuses settings that it does not compute', () => {
    expect(() => unetConfigSchema.parse({ ...settings, class_embed_type: 'timestep' })).toThrow(
      'class_embed_type',
    );
    expect(() => unetConfigSchema.parse({ ...settings, act_fn: 'mish' })).toThrow('act_fn');
  });
});

describe('the untrained video U-Net', () => {
  test('draws a single frame as the image U-Net does', async () => {
    const weights = randomWeights(config);
    const find = finder(weights);
    const shapes = new Map([...weights].map(([name, { shape }]) => [name, shape]));
    const untrained = motionParameters(shapes, motionVariants.lamp)
      .filter(({ initial }) => initial !== 'base')
      .map(({ name, shape, initial }) => {
        const data = new Float32Array(sizeOf(shape));
        if (initial === 'uniform') data.set(random.normals(data.length));
        return [name, constant(floats(data, shape))] as const;
      });
    const video = floats(pictures.data, [2, 4, 1, 6, 5]);
    const w = videoWeights({ find }, new Map(untrained));
    const seen = { ...symbols, latents: input('latents', video.shape) };
    const y = videoUNet(w, config, seen, { variant: motionVariants.lamp }).prediction;
    const found = await run(y, { ...given, latents: video });
    const expected = await run(unet(new Weights(find), config, symbols), given);
    expect(difference(found, expected)).toBeLessThan(1e-4);
  });
});
