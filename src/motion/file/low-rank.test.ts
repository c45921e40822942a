import { beforeAll, describe, expect, test } from 'vitest';
import { type Shape, sizeOf } from '../../graph/host-tensor.ts';
import { input } from '../../graph/tensor.ts';
import { weightsTakenBy } from '../../graph/weights.ts';
import { type BaseModel, openBaseModel } from '../../models/base-model.ts';
import { unetConfigSchema } from '../../models/configs.ts';
import { timestepWidth } from '../../models/time-embedding.ts';
import { unet } from '../../models/unet.ts';
import { largestDifference, predictVideo } from '../../testing/predict-video.ts';
import { lampMotion, randomMotion, untrainedMotion } from '../../testing/test-motions.ts';
import { testdata } from '../../testing/testdata.ts';
import { motionParameters } from '../motion-parameters.ts';
import { motionVariants } from '../variant.ts';
import { hasFactors, lowRankParameters, multipliedOut, roundedToHalf } from './low-rank.ts';

const rank = 4;
let base: BaseModel;
beforeAll(async () => {
  base = await openBaseModel(testdata('mini/tiny-sd'));
});

describe('the parameters', () => {
  const shapesOf = (name: string, shape: Shape, of = rank) =>
    lowRankParameters([{ name, shape, initial: 'zeros' }], of).map((each) => [each.name, each.shape]);

  test('are factors of matrices and of kernels over time', () => {
    expect(shapesOf('a.to_q.weight', [16, 16])).toEqual([
      ['a.to_q.lora_A.weight', [4, 16]],
      ['a.to_q.lora_B.weight', [16, 4]],
    ]);
    expect(shapesOf('a.conv1d.weight', [16, 16, 3])).toEqual([
      ['a.conv1d.lora_A.weight', [4, 16, 3]],
      ['a.conv1d.lora_B.weight', [16, 4, 1]],
    ]);
  });

  test('stay whole where factors would be no smaller, and where they are gates or biases', () => {
    for (const [name, shape, of] of [
      ['a.to_q.weight', [16, 16], 8],
      ['a.to_q.weight', [16, 16], 32],
      ['a.conv1d.weight', [4, 4, 3], 3],
      ['a.conv1d.bias', [16], 1],
      ['a.conv_gate.weight', [1, 64, 3, 3], 1],
    ] as const) {
      expect(shapesOf(name, shape, of)).toEqual([[name, shape]]);
    }
  });

  test('of Stable Diffusion 1.x at rank 32 take 24 MB in float16, instead of 508 MB', () => {
    // The settings that are not given are those of Stable Diffusion 1.x.
    const down = [...Array<string>(3).fill('CrossAttnDownBlock2D'), 'DownBlock2D'];
    const up = ['UpBlock2D', ...Array<string>(3).fill('CrossAttnUpBlock2D')];
    const config = unetConfigSchema.parse({
      in_channels: 4,
      out_channels: 4,
      block_out_channels: [320, 640, 1280, 1280],
      layers_per_block: 2,
      down_block_types: down,
      up_block_types: up,
      attention_head_dim: 8,
      cross_attention_dim: 768,
      norm_num_groups: 32,
    });
    const shapes = weightsTakenBy((w) =>
      unet(w, config, {
        latents: input('latents', [1, 4, 8, 8]),
        sinusoids: input('sinusoids', [1, timestepWidth(config)]),
        context: input('context', [1, 77, 768]),
      }),
    );
    const count = (of: number) =>
      motionParameters(shapes, motionVariants.lamp, of).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    expect(count(0)).toBeGreaterThan(253e6);
    expect(count(32)).toBe(12_087_514);
  });
});

describe('a motion of low-rank factors', () => {
  test('starts as the untrained model, bit for bit', async () => {
    const thin = await untrainedMotion(base, motionVariants.lamp, rank);
    expect(hasFactors(thin)).toBe(true);
    const whole = await untrainedMotion(base, motionVariants.lamp);
    expect(await predictVideo(base, lampMotion(thin))).toEqual(await predictVideo(base, lampMotion(whole)));
  });

  test('starts with temporal queries of about the size of whole ones', async () => {
    const thin = await multipliedOut(await untrainedMotion(base, motionVariants.lamp, rank), base);
    const whole = await untrainedMotion(base, motionVariants.lamp);
    const names = [...whole.keys()].filter((name) => name.endsWith('.attn_temp.to_q.weight'));
    const deviation = (of: typeof whole) =>
      Math.hypot(...names.map((name) => Math.hypot(...of.get(name)!.data)));
    expect(deviation(thin) / deviation(whole)).toBeGreaterThan(0.8);
    expect(deviation(thin) / deviation(whole)).toBeLessThan(1.25);
  });

  test.each(['lamp', 'plain-convolution'] as const)('acts as its product does (%s)', async (name) => {
    const variant = motionVariants[name];
    const thin = randomMotion(base, 1, variant, rank);
    const whole = await multipliedOut(thin, base);
    expect([...whole].map(([each, { shape }]) => [each, shape])).toEqual(
      motionParameters(base.unet.weights.shapes, variant).map((each) => [each.name, each.shape]),
    );
    const [found, expected] = [
      await predictVideo(base, { variant, values: thin }),
      await predictVideo(base, { variant, values: whole }),
    ];
    expect(largestDifference(found, expected)).toBeLessThan(1e-4);
    const untrained = await predictVideo(base, { variant, values: await untrainedMotion(base, variant) });
    expect(largestDifference(found, untrained)).toBeGreaterThan(1e-2);
  });
});

test('values rounded to float16 stay as they are when they are rounded again', () => {
  const once = roundedToHalf(randomMotion(base, 1, motionVariants.lamp));
  expect(once).not.toEqual(randomMotion(base, 1, motionVariants.lamp));
  expect(roundedToHalf(once)).toEqual(once);
});
