import { cp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { lamp } from '../../src/testing/run-lamp.ts';
import { testFolder } from '../../src/testing/test-folder.ts';
import { testdata } from '../../src/testing/testdata.ts';

const path = await testFolder();
const program = fileURLToPath(new URL('./main.ts', import.meta.url));
const evaluate = (words: readonly string[]) => lamp(words, { program });
const base = path('base');

beforeAll(async () => {
  await cp(testdata('mini/tiny-sd'), base, { recursive: true });
  const settings = {
    size: { width: 32, height: 32 },
    training: { steps: 2 },
    video: { samplerSteps: 2, guidance: 1 },
    image: { samplerSteps: 2 },
  };
  await writeFile(path('base/lamp.json'), JSON.stringify(settings));
});

test('the motion suite trains, makes and measures videos, and does nothing twice', async () => {
  const words = ['--suite', 'motion', '--base', base, '--out', path('out'), '--motions', 'runs'];
  const rows = ['--rows', 'lamp,no-shared-noise,zero-shot', '--things', '1'];
  const { code, stdout, stderr } = await evaluate([...words, ...rows]);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^\| row \| error \(still\) \| place \(still\) \|/);
  expect(stdout).toMatch(/^\| LAMP \| \d+\.\d \(\d+\.\d\) \|/m);
  expect(stdout).toMatch(/^\| runs \|/m);
  expect(await readFile(path('out/motion.md'), 'utf8')).toBe(stdout);
  const results = await readdir(path('out/results'));
  expect(results.sort()).toEqual(['lamp--runs.json', 'no-shared-noise--runs.json', 'zero-shot--runs.json']);
  // Rows that differ only in sampling share a training, and the zero-shot row has none.
  expect((await readdir(path('out/motions/runs'))).sort()).toEqual(['clips-8', 'lamp-8-clips-2-steps']);
  expect(await readdir(path('out/sheets'))).toHaveLength(3);
  const { figures, results: all } = JSON.parse(await readFile(path('out/motion.json'), 'utf8'));
  expect(figures).toHaveLength(3);
  expect(all[0].videos).toHaveLength(2);

  const { mtimeMs } = await stat(path('out/results/lamp--runs.json'));
  const again = await evaluate([...words, ...rows]);
  expect(again.stdout).toBe(stdout);
  expect((await stat(path('out/results/lamp--runs.json'))).mtimeMs).toBe(mtimeMs);
});

test('the curve suite goes on with one training, and draws the curves of another evaluation as well', async () => {
  const words = ['--suite', 'curve', '--base', base, '--motions', 'runs', '--things', '1'];
  const first = await evaluate([...words, '--out', path('curve'), '--at', '1,2']);
  expect(first.code, first.stderr).toBe(0);
  expect(first.stdout).toMatch(/^\| error, place, identity after steps \| 1 \| 2 \|/);
  expect(first.stdout).toMatch(/^\| LAMP \| \d+\.\d, \d+\.\d, \d+ \| \d+\.\d, \d+\.\d, \d+ \|$/m);
  const trained = (steps: number) => `lamp-8-clips-2-steps-at-${steps}.safetensors`;
  expect(await readdir(path('curve/motions/runs'))).toEqual(expect.arrayContaining([trained(1), trained(2)]));
  expect(await readFile(path('curve/curve.svg'), 'utf8')).toMatch(/^<svg class="curves"/);
  const again = await evaluate([...words, '--out', path('curve'), '--at', '1,2']);
  expect(again.stdout).toBe(first.stdout);
  const more = ['--out', path('curve-2'), '--at', '1', '--with', path('curve')];
  expect((await evaluate([...words, ...more])).stdout).toMatch(/^\| LAMP \(base\) \|/m);
});

test('names what is wrong', async () => {
  const suite = ['--suite', 'motion', '--base', base, '--out', path('other')];
  for (const [words, message] of [
    [[], /--suite and --out are needed/],
    [[...suite, '--rows', 'lam'], /no row is called "lam"; there are methods/],
    [[...suite.with(1, 'curve'), '--at', '500,no'], /--at/],
    [[...suite, '--things', 'x'], /--things.*a whole number from 1 to 16/],
    [[...suite, '--motions', 'walks'], /no motion is called "walks"; there are rotates/],
  ] as const) {
    const { code, stderr } = await evaluate(words);
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('bug');
  }
  const { code, stderr } = await evaluate([...suite.with(1, 'curve'), '--with', path('nowhere')]);
  expect(code).toBe(4);
  expect(stderr).toMatch(/cannot read the curves/);
});
