import { expect, test } from 'vitest';
import type { Sampler } from '../../diffusion/sampler.ts';
import { type FloatTensor, floats } from '../../graph/host-tensor.ts';
import type { TextStates } from '../../models/programs.ts';
import { denoisePicture, denoiseVideo } from './denoise.ts';

/** Each step leaves what the network said. */
const sampler: Sampler = { timesteps: [900, 600, 300, 0], step: (output) => output };
const noise = floats(Float32Array.of(0, 0), [1, 2]);
const context: TextStates = {
  ...floats(Float32Array.of(1, 2, 3, 4), [2, 1, 2]),
  pooled: floats(Float32Array.of(5, 6), [2, 1]),
};

test('a step outside the limits of guidance predicts with the prompt alone', async () => {
  const seen: unknown[] = [];
  const predictor = {
    async predict({ shape }: FloatTensor, timesteps: readonly number[], given: TextStates) {
      seen.push([timesteps, given.shape, [...given.data], given.pooled?.shape, [...given.pooled!.data]]);
      const one = [1, -1];
      return floats(Float32Array.from(shape[0] === 2 ? [...one, 2, 0] : one), shape);
    },
    dispose: async () => {},
  };
  const limits = { start: 600, end: 300, similarity: 1 };
  const after: number[][] = [];
  const onStep = (_: number, latents: FloatTensor) => void after.push([...latents.data]);
  await denoisePicture({ predictor, sampler, context, guidance: 3, limits, noise, onStep });
  const alone = [[1, 1, 2], [3, 4], [1, 1], [6]];
  const both = [
    [2, 1, 2],
    [1, 2, 3, 4],
    [2, 1],
    [5, 6],
  ];
  expect(seen).toEqual([
    [[900], ...alone],
    [[600, 600], ...both],
    [[300, 300], ...both],
    [[0], ...alone],
  ]);
  expect(after).toEqual([
    [1, -1],
    [4, 2],
    [4, 2],
    [1, -1],
  ]);
});

test('guidance ends after the step at which both predictions agree, whatever they say of a given first frame', async () => {
  // The angle between them is 60°, 30° and 0° in turn, but for frame 0, of which they say the opposite.
  const cosines = [0.5, Math.sqrt(0.75), 1];
  let step = 0;
  const batches: number[] = [];
  const predictor = {
    async predict({ shape }: FloatTensor) {
      batches.push(shape[0]!);
      const cosine = cosines[step++] ?? 1;
      const without = [7, 1, -7, 0];
      const prompted = [-7, cosine, 7, Math.sqrt(1 - cosine * cosine)];
      return floats(Float32Array.from(shape[0] === 2 ? [...without, ...prompted] : prompted), shape);
    },
    dispose: async () => {},
  };
  const video = floats(new Float32Array(4), [1, 2, 2, 1, 1]);
  const firstFrame = floats(new Float32Array(2), [1, 2, 1, 1, 1]);
  const sample = async (similarity: number, given: FloatTensor | undefined) => {
    step = 0;
    batches.length = 0;
    const limits = { start: 1000, end: 0, similarity };
    const options = { predictor, sampler, context, guidance: 2, limits, noise: video, alignFrom: undefined };
    await denoiseVideo({ ...options, firstFrame: given });
    return [...batches];
  };
  expect(await sample(0.49, firstFrame)).toEqual([2, 1, 1, 1]);
  expect(await sample(0.8, firstFrame)).toEqual([2, 2, 1, 1]);
  expect(await sample(0.99, firstFrame)).toEqual([2, 2, 2, 1]);
  expect(await sample(1, firstFrame)).toEqual([2, 2, 2, 2]);
  expect(await sample(0.49, undefined)).toEqual([2, 2, 2, 2]);
});
