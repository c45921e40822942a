import { expect, test } from 'vitest';
import { CheckpointError } from '../errors.ts';
import { readFixture } from './testdata.ts';

test('reads inputs, outputs and how they were computed', async () => {
  const { inputs, outputs, json } = await readFixture('mini', 'ddim_inversion');
  expect(inputs.get('video_latent')?.shape).toEqual([1, 4, 4, 8, 8]);
  expect(outputs.get('latent_after50')?.dtype).toBe('float32');
  expect(json).toHaveProperty('how');
  await expect(readFixture('mini', 'none')).rejects.toThrow(CheckpointError);
});
