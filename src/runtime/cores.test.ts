import { availableParallelism, cpus } from 'node:os';
import { expect, test } from 'vitest';
import { coreCount } from './cores.ts';

test('processors that share a core count once, and no more are taken than the process may use', () => {
  expect(coreCount((processor) => `${processor}`)).toBe(Math.min(cpus().length, availableParallelism()));
  expect(coreCount(() => '0-127')).toBe(1);
});

test('where the system does not tell, nor does it', () => {
  const missing = (): string => {
    throw new Error('ENOENT');
  };
  expect(coreCount(missing)).toBeUndefined();
});
