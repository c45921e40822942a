import { expect, test } from 'vitest';
import { randomStream } from '../diffusion/random.ts';
import { type FloatTensor, floats } from '../graph/host-tensor.ts';
import { testdata } from '../testing/testdata.ts';
import { openBaseModel } from './base-model.ts';
import { encodePrompts, type NetworkOptions, pictureEncoder } from './programs.ts';

const base = await openBaseModel(testdata('mini/tiny-sd'));
/** A chain, however small the network. */
const chained: NetworkOptions = { memory: 'low', small: 0 };

test('layer by layer, the text encoder computes the same', async () => {
  const prompts = ['a fox jumps in the snow', ''];
  const [plain, low] = [await encodePrompts(base, prompts), await encodePrompts(base, prompts, chained)];
  expect(low.shape).toEqual(plain.shape);
  const differences = low.data.map((value, i) => Math.abs(value - plain.data[i]!));
  expect(Math.max(...differences)).toBeLessThan(2e-5);
  expect(await encodePrompts(base, prompts, chained)).toEqual(low);
});

test('with little memory, what is small runs as one program, to the same bytes', async () => {
  const size = { width: 32, height: 32 };
  const picture = floats(randomStream(0, 'test').normals(3 * 32 * 32), [1, 3, 32, 32]);
  const means: FloatTensor[] = [];
  for (const memory of ['fast', 'low'] as const) {
    const encoder = await pictureEncoder(base.vae, size, { memory });
    means.push((await encoder.encode(picture)).mean);
    await encoder.dispose();
  }
  expect(means[1]).toEqual(means[0]);
});
