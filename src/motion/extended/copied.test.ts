import { expect, test } from 'vitest';
import { addNoise, noiseSchedule, velocity } from '../../diffusion/noise-schedule.ts';
import { randomStream } from '../../diffusion/random.ts';
import { type FloatTensor, floats, type Shape, sizeOf } from '../../graph/host-tensor.ts';
import { constant, input, type Tensor } from '../../graph/tensor.ts';
import { Weights } from '../../graph/weights.ts';
import { compile } from '../../runtime/program.ts';
import { copiedChoices, copyMixing, mixingNumbers, withCopiedFirstFrame } from './copied.ts';
import { movementShape } from './movement.ts';
import { warpShape } from './warped.ts';

const [frames, channels, height, width, wide] = [3, 2, 4, 4, 5];
const shape: Shape = [frames, channels, height, width];
const random = randomStream(5, 'copied');
const normals = (of: Shape) => floats(random.normals(sizeOf(of)), of);
const [prediction, features] = [normals(shape), normals([frames, wide, height, width])];

type PredictionType = 'epsilon' | 'v_prediction' | 'sample';
const kinds: readonly PredictionType[] = ['epsilon', 'v_prediction', 'sample'];

/** Noisy frames that all show one picture, the first without noise, and what should be predicted of them. */
function stillVideo(kind: PredictionType, timestep: number) {
  const schedule = noiseSchedule({ prediction_type: kind });
  const picture = random.normals(sizeOf(shape) / frames);
  const clean = floats(
    Float32Array.from(
      Array(frames)
        .fill([...picture])
        .flat(),
    ),
    shape,
  );
  const noise = normals(shape);
  const timesteps = Array<number>(frames).fill(timestep);
  const noisy = addNoise(schedule, clean, noise, timesteps);
  noisy.data.set(picture);
  const targets = {
    epsilon: noise,
    v_prediction: velocity(schedule, clean, noise, timesteps),
    sample: clean,
  };
  return { noisy, target: targets[kind], mixing: copyMixing(schedule, [timestep]) };
}

interface Layer {
  /** How much of what is chosen is taken; an eighth of the number in the file. */
  readonly share: number;
  /** The choice of every pixel: 0 what is drawn, 1 the first frame as it is, 2 and above moved. */
  readonly choice: number;
}

async function copied(
  video: Pick<ReturnType<typeof stillVideo>, 'noisy' | 'mixing'>,
  layers: readonly Layer[],
): Promise<Float32Array> {
  return (await computed(video, layers)).prediction;
}

async function computed(
  { noisy, mixing }: Pick<ReturnType<typeof stillVideo>, 'noisy' | 'mixing'>,
  layers: readonly Layer[],
): Promise<{ prediction: Float32Array; copied: Float32Array }> {
  const named = new Map(
    layers.flatMap(({ share, choice }, i) => {
      const bias = Float32Array.from({ length: copiedChoices }, (_, at) => (at === choice ? 100 : 0));
      const values: Record<string, FloatTensor> = {
        movement: normals(movementShape),
        'conv_gate.weight': floats(new Float32Array(copiedChoices * wide * 9), [copiedChoices, wide, 3, 3]),
        'conv_gate.bias': floats(bias, [copiedChoices]),
        'middle.weight': floats(new Float32Array(wide * 9), [1, wide, 3, 3]),
        'middle.bias': floats(new Float32Array(1), [1]),
        warp: floats(new Float32Array(sizeOf(warpShape)), warpShape),
        share: floats(Float32Array.of(share), [1]),
      };
      const layer = i === 0 ? 'copied' : `copied_${i + 1}`;
      return Object.entries(values).map(([name, value]): [string, Tensor] => [
        `${layer}.${name}`,
        constant(value),
      ]);
    }),
  );
  const given = withCopiedFirstFrame(new Weights((name) => named.get(name)), input('prediction', shape), {
    features: input('features', features.shape),
    latents: input('latents', shape),
    mixing: input('mixing', [1, mixingNumbers]),
    frames,
  });
  const program = await compile({ y: given.prediction, copied: given.copied });
  const found = await program.run({ prediction, features, latents: noisy, mixing });
  await program.dispose();
  return {
    prediction: found.y!.data as Float32Array,
    copied: found.copied!.data as Float32Array,
  };
}

test('before anything is learned, and where a pixel chooses what is drawn, nothing is copied', async () => {
  const video = stillVideo('v_prediction', 700);
  expect(await copied(video, [{ share: 0, choice: 1 }])).toEqual(prediction.data);
  const drawn = await copied(video, [{ share: 1 / 8, choice: 0 }]);
  for (const [at, value] of drawn.entries()) expect(value).toBeCloseTo(prediction.data[at]!, 5);
});

test.each(kinds)('a copy of what stands still is what should be predicted, as %s', async (kind) => {
  for (const timestep of [200, 700, 950]) {
    const video = stillVideo(kind, timestep);
    const trust = video.mixing.data[2]!;
    const found = await copied(video, [{ share: 1 / 8, choice: 1 }]);
    const frame = sizeOf(shape) / frames;
    for (const [at, value] of found.entries()) {
      if (at < frame) continue;
      const meant = (1 - trust) * prediction.data[at]! + trust * video.target.data[at]!;
      expect(value).toBeCloseTo(meant, 4);
    }
  }
});

test('a copy is trusted the less, the more of its faults would be seen in the prediction', () => {
  const schedule = noiseSchedule({ prediction_type: 'epsilon' });
  const trust = [10, 300, 900].map((timestep) => copyMixing(schedule, [timestep]).data[2]!);
  expect(trust[0]).toBeLessThan(0.1);
  expect(trust[1]).toBeGreaterThan(0.7);
  expect(trust[2]).toBeGreaterThan(0.99);
});

test('the contributions of several motions are added', async () => {
  const video = stillVideo('v_prediction', 700);
  const half = { share: 1 / 16, choice: 1 };
  const [one, both] = [await copied(video, [half]), await copied(video, [half, half])];
  for (const [at, value] of both.entries()) {
    const start = prediction.data[at]!;
    expect(value - start).toBeCloseTo(2 * (one[at]! - start), 4);
  }
});

test('the share that was copied is reported for each pixel', async () => {
  const video = stillVideo('v_prediction', 700);
  const shares = async (...layers: Layer[]) =>
    new Set((await computed(video, layers)).copied.map((share) => Math.round(1e6 * share) / 1e6));
  expect(await shares({ share: 1 / 16, choice: 0 })).toEqual(new Set([0]));
  expect(await shares({ share: 1 / 16, choice: 1 })).toEqual(new Set([0.5]));
  expect(await shares({ share: 1 / 8, choice: 2 })).toEqual(new Set([1]));
  expect(await shares({ share: 1 / 16, choice: 1 }, { share: 1 / 32, choice: 1 })).toEqual(new Set([0.75]));
  expect((await computed(video, [{ share: 1, choice: 1 }])).copied).toHaveLength(frames * height * width);
});
