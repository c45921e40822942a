import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { openBaseModel } from '../../src/models/base-model.ts';
import { tinyBase } from '../../src/testing/library-models.ts';
import { testFolder } from '../../src/testing/test-folder.ts';
import { openClassifier } from './classifier.ts';
import { samplingFigures } from './sampling-report.ts';
import { samplingRows } from './sampling-rows.ts';
import { predictionCosts, runSamplingSuite } from './sampling-suite.ts';

const at = await testFolder();

test('rows have names of their own', () => {
  expect(new Set(samplingRows.map(({ title }) => title)).size).toBe(samplingRows.length);
});

test('the suite trains once, makes the videos of all rows, and counts their work', async () => {
  const base = await openBaseModel(tinyBase);
  const classifier = await openClassifier();
  const rows = [
    { title: 'full', video: { samplerSteps: 4 } },
    { title: 'few', video: { samplerSteps: 4, guidanceStart: 600, deepEvery: 2 } },
    { title: 'again', video: { samplerSteps: 4 } },
  ] as const;
  const options = {
    out: at('out'),
    base,
    size: { width: 32, height: 32 },
    rows,
    guidance: 2,
    motions: ['runs'],
    things: 1,
    seeds: [0],
    steps: 1,
    training: { copyPaste: 0 },
    classifier,
  };
  const results = await runSamplingSuite(options);
  expect(results.map(({ row, videos }) => [row, videos.length])).toEqual([
    ['full', 2],
    ['few', 2],
    ['again', 2],
  ]);
  const [full, few, again] = samplingFigures(results, await predictionCosts(options));
  expect(full).toMatchObject({ work: 100, fullSizeWork: 100, fromFull: 100 });
  expect(again).toEqual({ ...full, row: 'again' });
  // Of timesteps 751, 501, 251 and 1 the last three are guided; the second needs features for its other half.
  const { whole, rest } = results[1]!.videos[0]!;
  expect({ whole, rest }).toEqual({ whole: 5, rest: 2 });
  expect(few!.fullSizeWork).toBeCloseTo((100 * (5 + 2 * 0.0727)) / 8, 1);
  expect(few!.fromFull).toBeLessThan(60);
  expect(await readdir(at('out/sheets'))).toEqual(['sampling--runs.png']);
  expect(await runSamplingSuite({ ...options, classifier: undefined as never })).toEqual(results);
  await classifier.dispose();
}, 120_000);
