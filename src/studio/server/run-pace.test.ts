import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testFolder } from '../../testing/test-folder.ts';
import { lockFolder } from '../../training/run-lock.ts';
import { runPaths } from '../../training/run-paths.ts';
import { paceOf, secondsLeftOf } from './run-pace.ts';

const at = await testFolder();

test('what is left of a training follows from the pace of its last steps', async () => {
  const { record, metrics } = runPaths(at('run'));
  expect(await secondsLeftOf(at('run'))).toBeUndefined();
  await mkdir(at('run'));
  const run = {
    format: 'lamp-run',
    settings: { steps: 110 },
    base: { name: 'tiny' },
    started: '',
    finished: null,
  };
  await writeFile(record, JSON.stringify(run));
  expect(await secondsLeftOf(at('run'))).toBeUndefined();
  // It was slow at first; the last line is being written.
  const lines = Array.from({ length: 100 }, (_, i) => ({ step: i + 1, loss: 0.5, seconds: i < 50 ? 9 : 2 }));
  await writeFile(metrics, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n{"step":101,"lo`);
  const { last, secondsLeft } = await paceOf(at('run'), 110);
  expect(last).toEqual({ step: 100, loss: 0.5, seconds: 2 });
  expect(secondsLeft).toBeGreaterThanOrEqual(20);
  expect(secondsLeft).toBeLessThan(21);
  expect(await secondsLeftOf(at('run'))).toBe(secondsLeft);
  expect(await secondsLeftOf(at('run'), 120)).toBeCloseTo(2 * secondsLeft!, 10);
  expect(await secondsLeftOf(at('run'), 50)).toBe(0);
  // Steps after the last checkpoint are taken again, but not those of a training that runs.
  const { checkpoints } = runPaths(at('run'));
  await mkdir(checkpoints);
  for (const name of ['step-000080.safetensors', 'step-000090.safetensors', 'step-000095.safetensors.tmp'])
    await writeFile(join(checkpoints, name), '');
  expect(await secondsLeftOf(at('run'))).toBeCloseTo(2 * secondsLeft!, 10);
  const unlock = await lockFolder(at('run'));
  expect(await secondsLeftOf(at('run'))).toBe(secondsLeft);
  await unlock();
});
