import { describe, expect, test } from 'vitest';
import { testdata } from '../../src/testing/testdata.ts';
import { checkFixture, listFixtures } from './index.ts';

describe('everything equals the reference implementation on the small fixtures', async () => {
  test.each(await listFixtures(testdata('mini')))('%s', async (name) => {
    const row = await checkFixture(testdata('mini'), name);
    expect(row, JSON.stringify(row)).toMatchObject({ passed: true });
  });
});
