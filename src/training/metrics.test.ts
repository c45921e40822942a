import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { testFolder } from '../testing/test-folder.ts';
import { openMetrics, readMetrics } from './metrics.ts';

const at = await testFolder();
const line = (step: number) => ({ step, loss: 1 / step, learningRate: 1e-3, gradNorm: 2, seconds: 0.5 });

test('holds one line a step, and after a kill those up to the checkpoint', async () => {
  const path = at('metrics.jsonl');
  const file = await openMetrics(path, 0);
  for (const step of [1, 2, 3]) file.append(line(step));
  file.flush();
  file.close();
  await appendFile(path, '{"step":4,"lo');
  expect(await readMetrics(path)).toEqual([line(1), line(2), line(3)]);

  const again = await openMetrics(path, 2);
  again.append(line(3));
  again.close();
  const text = await readFile(path, 'utf8');
  expect(text.split('\n')[0]).toBe('{"step":1,"loss":1,"learningRate":0.001,"gradNorm":2,"seconds":0.5}');
  expect(text.trim().split('\n')).toHaveLength(3);
});

test('a damaged line ends what is read; a missing file holds nothing', async () => {
  const path = at('damaged.jsonl');
  await writeFile(path, `${JSON.stringify(line(1))}\n{"step":"two"}\n${JSON.stringify(line(3))}\n`);
  expect(await readMetrics(path)).toEqual([line(1)]);
  expect(await readMetrics(at('none.jsonl'))).toEqual([]);
});
