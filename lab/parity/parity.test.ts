import { describe, expect, test } from 'vitest';
import { testdata } from '../../src/testing/testdata.ts';
import { checkFixture, listFixtures } from './index.ts';

const folder = testdata('mini');
const names = await listFixtures(folder);

describe('everything equals the reference implementation on the small fixtures', () => {
  test.each(names)('%s', async (name) => {
    const row = await checkFixture(folder, name);
    expect(row, JSON.stringify(row)).toMatchObject({ passed: true });
  });
});

describe('chains of programs do, too', () => {
  test.each(['pipeline_generate', 'train_adamw_lr1e-3', 'vae_nonsquare', 'unet3d_rand'])(
    '%s',
    async (name) => {
      expect(names).toContain(name);
      const row = await checkFixture(folder, name, { memory: 'low' });
      expect(row, JSON.stringify(row)).toMatchObject({ passed: true });
    },
  );
});
