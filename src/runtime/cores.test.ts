import { availableParallelism, cpus } from 'node:os';
import { expect, test } from 'vitest';
import { coreCount } from './cores.ts';

test('logical processors that share a core count once, up to the number the process may use', () => {
  expect(coreCount((processor) => `${processor}`)).toBe(Math.min(cpus().length, availableParallelism()));
  expect(coreCount(() => '0-127')).toBe(1);
});

test('undefined where the system does not report its topology', () => {
  const missing = (): string => {
    throw new Error('ENOENT');
  };
  expect(coreCount(missing)).toBeUndefined();
});
