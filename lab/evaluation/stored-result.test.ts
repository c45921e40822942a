import { truncate } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { testFolder } from '../../src/testing/test-folder.ts';
import { storedResult, storeResult } from './stored-result.ts';

const at = await testFolder();

test('a result is found again under its identity alone, and not once its file is damaged', async () => {
  const path = at('lamp--runs.json');
  expect(await storedResult(path, 'a')).toBeUndefined();
  await storeResult(path, 'a', { loss: 0.5 });
  expect(await storedResult(path, 'a')).toEqual({ loss: 0.5 });
  expect(await storedResult(path, 'b')).toBeUndefined();
  await truncate(path, 10);
  expect(await storedResult(path, 'a')).toBeUndefined();
});
