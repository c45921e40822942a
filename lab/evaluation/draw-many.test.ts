import { expect, test } from 'vitest';
import { openBaseModel } from '../../src/models/base-model.ts';
import { testFolder } from '../../src/testing/test-folder.ts';
import { writeTinyXl } from '../../src/testing/tiny-xl.ts';
import { drawMany } from './draw-many.ts';

const at = await testFolder();

test('Stable Diffusion XL draws several pictures in one batch, each from its own noise', async () => {
  await writeTinyXl(at('tiny-xl'));
  const xl = await openBaseModel(at('tiny-xl'));
  const size = { width: 32, height: 24 };
  const many = await drawMany(xl, ['a horse', 'a waterfall', 'a horse'], { ...size, samplerSteps: 2 });
  expect(many).toHaveLength(3);
  expect(new Set(many.map(({ data }) => data.join())).size).toBe(3);
});
