import { beforeAll, describe, expect, test } from 'vitest';
import { CheckpointError, UsageError } from '../../errors.ts';
import { type FloatTensor, floats } from '../../graph/host-tensor.ts';
import { input, type Tensor } from '../../graph/tensor.ts';
import type { Weights } from '../../graph/weights.ts';
import { type BaseModel, openBaseModel } from '../../models/base-model.ts';
import { compile } from '../../runtime/program.ts';
import { largestDifference, predictVideo } from '../../testing/predict-video.ts';
import { lampMotion, randomMotion, testMotion, untrainedMotion } from '../../testing/test-motions.ts';
import { testdata } from '../../testing/testdata.ts';
import { videoWeights } from '../motion-parameters.ts';
import type { MotionValues } from '../trained-motion.ts';
import { motionVariants } from '../variant.ts';
import { lampLayers } from '../video-layers.ts';
import { multipliedOut } from './low-rank.ts';
import { combineMotions, sharedShape } from './strengths.ts';

let base: BaseModel;
let a: MotionValues;
let b: MotionValues;
let untrained: Float32Array;
beforeAll(async () => {
  base = await openBaseModel(testdata('mini/tiny-sd'));
  a = randomMotion(base, 1, motionVariants.lamp);
  b = randomMotion(base, 2, motionVariants.lamp);
  untrained = await predictVideo(base, lampMotion(await untrainedMotion(base, motionVariants.lamp)));
});

const combine = async (...motions: readonly (readonly [MotionValues, number])[]) =>
  (
    await combineMotions(
      motions.map(([values, strength]) => ({ ...lampMotion(values), strength })),
      base,
    )
  ).values;
const predict = async (...motions: readonly (readonly [MotionValues, number])[]) =>
  predictVideo(base, lampMotion(await combine(...motions)));

describe('the strength of one motion', () => {
  test('1 leaves it as it is', async () => {
    expect(await combine([a, 1])).toBe(a);
    expect(await combine([b, 0], [a, 1])).toBe(a);
  });

  test.each([0, 4])('0 is the untrained video model, bit for bit (rank %i)', async (rank) => {
    const motion = randomMotion(base, 1, motionVariants.lamp, rank);
    expect(await predict([motion, 0])).toEqual(untrained);
    expect(await combine([motion, 0], [b, 0])).toEqual(await combine([motion, 0]));
  });

  test('between 0 and 1 gives results in between', async () => {
    const distance = async (strength: number) => largestDifference(await predict([a, strength]), untrained);
    const distances = [await distance(0.01), await distance(0.3), await distance(1)];
    expect(distances).toEqual([...distances].sort((x, y) => x - y));
    expect(distances[0]).toBeLessThan(0.1 * distances[2]!);
  });

  test('of low-rank factors is that of their product', async () => {
    const thin = randomMotion(base, 3, motionVariants.lamp, 4);
    const found = await predict([thin, 0.4]);
    expect(largestDifference(found, await predict([await multipliedOut(thin, base), 0.4]))).toBeLessThan(
      1e-4,
    );
  });
});

describe('several motions', () => {
  test('add up, whatever their order, and whether they are whole or factors', async () => {
    const thin = randomMotion(base, 3, motionVariants.lamp, 4);
    const thinner = randomMotion(base, 4, motionVariants.lamp, 2);
    const found = await predict([a, 0.5], [thin, 0.7], [thinner, 0.2]);
    const others = [
      await predict([thinner, 0.2], [a, 0.5], [thin, 0.7]),
      await predict(
        [a, 0.5],
        [await multipliedOut(thin, base), 0.7],
        [await multipliedOut(thinner, base), 0.2],
      ),
    ];
    for (const other of others) expect(largestDifference(found, other)).toBeLessThan(1e-3);
    expect(largestDifference(found, await predict([a, 0.5], [thin, 0.7]))).toBeGreaterThan(1e-2);
  });

  test('a motion given twice at half strength equals the motion', async () => {
    expect(largestDifference(await predict([a, 0.5], [a, 0.5]), await predict([a, 1]))).toBeLessThan(1e-3);
  });

  test('movements, carried and copied first frames and changes of the spatial attention add up, too', async () => {
    const variant = { ...motionVariants.lamp, movement: true, carry: true, copy: true, trainAttention: true };
    const [one, other] = [randomMotion(base, 5, variant), randomMotion(base, 6, variant)];
    const of = async (...motions: readonly (readonly [MotionValues, number])[]) =>
      predictVideo(base, { variant, values: await combine(...motions) });
    expect(await of([one, 0])).toEqual(
      await predictVideo(base, { variant, values: await untrainedMotion(base, variant) }),
    );
    const whole = await of([one, 1]);
    expect(largestDifference(await of([one, 0.5], [one, 0.5]), whole)).toBeLessThan(1e-3);
    expect(largestDifference(await of([one, 0.5], [other, 0.5]), whole)).toBeGreaterThan(1e-2);
    const still = new Map(
      [...one].map(([name, value]) => [
        name,
        name.endsWith('movement') ? floats(new Float32Array(value.data.length), value.shape) : value,
      ]),
    );
    expect(largestDifference(await of([still, 1]), whole)).toBeGreaterThan(1e-3);
  });

  test('a layer adds the sum of what each adds there, with its own gate, queries, keys and values', async () => {
    const [frames, channels] = [3, base.unet.config.block_out_channels[0]!];
    const { conv, afterFeedForward } = lampLayers(frames);
    const temporal = [...a.keys()]
      .find((name) => name.includes('.attn_temp.'))!
      .replace(/\.attn_temp\..*/, '');
    const pictures = floats(
      Float32Array.from({ length: 3 * 4 * 8 * 6 }, (_, i) => Math.sin(i)),
      [3, 4, 8, 6],
    );
    const tokens = floats(
      Float32Array.from({ length: 3 * 12 * widthAt(temporal) }, (_, i) => Math.sin(i)),
      [3, 12, widthAt(temporal)],
    );
    const layers: [FloatTensor, (w: Weights, x: Tensor) => Tensor][] = [
      [pictures, (w, x) => conv(w.scope('conv_in'), x, { out: channels })],
      [tokens, (w, x) => afterFeedForward!(w.scope(temporal), x, 2)],
    ];
    for (const [x, layer] of layers) {
      const run = async (...motions: readonly (readonly [MotionValues, number])[]) => {
        const values = await combine(...motions);
        const trained = new Map([...values].map(([name, { shape }]) => [name, input(name, shape)]));
        const y = layer(videoWeights(base.unet.weights, trained), input('x', x.shape));
        const program = await compile({ y });
        const found = (await program.run({ ...Object.fromEntries(values), x })).y as FloatTensor;
        await program.dispose();
        return found.data;
      };
      const [none, ofA, ofB, both] = [
        await run([a, 0]),
        await run([a, 1]),
        await run([b, 1]),
        await run([a, 0.6], [b, 0.3]),
      ];
      const expected = none.map((value, i) => value + 0.6 * (ofA[i]! - value) + 0.3 * (ofB[i]! - value));
      expect(largestDifference(both, expected)).toBeLessThan(1e-4);
      expect(largestDifference(both, none)).toBeGreaterThan(1e-2);
    }
  });

  const widthAt = (block: string) => a.get(`${block}.attn_temp.to_out.0.bias`)!.shape[0]!;
});

describe('what does not go together is refused', () => {
  test('a strength outside 0 to 1', async () => {
    for (const strength of [-0.1, 1.1, Number.NaN]) {
      await expect(combine([a, strength])).rejects.toThrow(UsageError);
    }
  });

  test('motions of other parts, length or size, unless those are chosen', () => {
    const motion = (path: string, info = {}, variant = motionVariants.lamp) => ({
      path,
      ...testMotion(base, { variant, values: a }, info),
    });
    const usual = { frames: 4, width: 64, height: 64 };
    expect(sharedShape([motion('a'), motion('b')])).toEqual(usual);
    const other = motion('b', {}, motionVariants['plain-convolution']);
    expect(() => sharedShape([motion('a'), other])).toThrow(CheckpointError);
    expect(() => sharedShape([motion('a'), other])).toThrow(/"a" and "b" have different parts/);
    const longer = [motion('a'), motion('b', { frames: 8 })];
    expect(() => sharedShape(longer)).toThrow(
      '"a" was trained with 4 frames, "b" with 8. Choose with "frames".',
    );
    expect(sharedShape(longer, { frames: 6 })).toEqual({ ...usual, frames: 6 });
    const wider = [motion('a'), motion('b', { width: 128 })];
    expect(() => sharedShape(wider)).toThrow(
      '"a" was trained at 64x64, "b" at 128x64. Choose with "width" and "height".',
    );
    expect(sharedShape(wider, { width: 32, height: 32 })).toEqual({ ...usual, width: 32, height: 32 });
  });
});
