import { expect, test } from 'vitest';
import type { Sampler } from '../../diffusion/sampler.ts';
import { type FloatTensor, floats } from '../../graph/host-tensor.ts';
import type { TextStates } from '../../models/programs.ts';
import { denoisePicture } from './denoise.ts';

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
  const limits = { start: 600, end: 300 };
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
