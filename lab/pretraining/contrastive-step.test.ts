import { expect, test } from 'vitest';
import { floats, ints } from '../../src/graph/host-tensor.ts';
import { adamWState, adamWStep } from '../../src/training/adamw.ts';
import { clipConfigSchema } from '../evaluation/clip-config.ts';
import { clipShapes, contrastiveStep, equalRows } from './contrastive-step.ts';
import { initialParameters } from './initial-values.ts';

const tower = { hidden_size: 16, intermediate_size: 32, num_attention_heads: 2, num_hidden_layers: 1 };
const config = clipConfigSchema.parse({
  projection_dim: 8,
  text_config: { ...tower, max_position_embeddings: 4, vocab_size: 10, eos_token_id: 9 },
  vision_config: { ...tower, image_size: 8, patch_size: 4 },
});

test('pictures retrieve their captions, and captions their pictures', async () => {
  const parameters = initialParameters(clipShapes(config), 0);
  expect(parameters.views.get('clip:logit_scale')!.data[0]).toBeCloseTo(Math.log(1 / 0.07), 6);
  const step = await contrastiveStep(config, parameters, 5, 4);
  const state = adamWState(parameters);
  // Colours; the last two share their caption.
  const pictures = floats(
    Float32Array.from({ length: 5 * 3 * 64 }, (_, i) => Math.sin(3 * Math.floor(i / 64)) + 0.1 * (i % 2)),
    [5, 3, 8, 8],
  );
  const ids = ints([8, 1, 9, 9, 8, 2, 9, 9, 8, 3, 9, 9, 8, 4, 5, 9, 8, 4, 5, 9], [5, 4]);
  const losses: number[] = [];
  for (let i = 0; i < 150; i++) {
    losses.push(await step.run({ pictures, ids }));
    adamWStep(parameters, step.gradients, state, 1e-2);
  }
  await step.dispose();
  // Two of five are indistinguishable, which leaves ln 2 each.
  const least = (2 / 5) * Math.log(2);
  expect(losses[0]).toBeGreaterThan(1.2);
  expect(losses.at(-1)! - least).toBeLessThan(0.1);
  expect(losses.at(-1)).toBeGreaterThan(least - 1e-3);
  for (const [name, { data }] of step.gradients.views) {
    const key = name.endsWith('k_proj.bias'); // A shift of all keys changes no attention.
    expect(key || data.some((value) => value !== 0), name).toBe(true);
  }
});

test('equal captions share the target probability', () => {
  const { data, shape } = equalRows(ints([1, 2, 1, 3, 1, 2], [3, 2]));
  expect(shape).toEqual([3, 3]);
  expect([...data]).toEqual([0.5, 0, 0.5, 0, 1, 0, 0.5, 0, 0.5]);
});
