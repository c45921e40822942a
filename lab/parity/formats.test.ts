import { expect, test } from 'vitest';
import { formats, writeModels } from '../../src/testing/model-formats.ts';
import { testFolder } from '../../src/testing/test-folder.ts';
import { testdata } from '../../src/testing/testdata.ts';
import { halfPrecisionTolerance } from './formats.ts';
import { checkFixture } from './index.ts';

const inFolder = await testFolder();

test.each(formats)('models as %s give the reference numbers', async (format) => {
  const models = inFolder(format);
  await writeModels(testdata('mini'), models, format);
  const leastTolerance = format === 'fp16' ? halfPrecisionTolerance : 0;
  for (const name of ['text_encoder', 'vae_nonsquare', 'unet2d']) {
    const row = await checkFixture(testdata('mini'), name, { models, leastTolerance });
    expect(row, JSON.stringify(row)).toMatchObject({ passed: true });
  }
});
