import { expect, test } from 'vitest';
import { freeMemory, machineMemory, mostMemory, processLimits, whoseMemory } from './free-memory.ts';

test('is some of the memory of the machine', () => {
  expect(freeMemory()).toBeGreaterThan(0);
  expect(freeMemory()).toBeLessThanOrEqual(machineMemory);
});

test('is limited by ulimit', () => {
  const limits = [
    'Limit                     Soft Limit           Hard Limit           Units     ',
    'Max cpu time              unlimited            unlimited            seconds   ',
    'Max data size             8589934592           unlimited            bytes     ',
    'Max stack size            8388608              unlimited            bytes     ',
    'Max address space         unlimited            unlimited            bytes     ',
  ].join('\n');
  expect(processLimits(limits)).toEqual([8589934592]);
  expect(processLimits('')).toEqual([]);
  const small = limits.replace('8589934592', '1000000');
  expect(mostMemory(small)).toBe(1_000_000);
  expect(mostMemory('')).toBe(machineMemory);
  expect(whoseMemory(1_000_000)).toBe('this process may have (ulimit)');
  expect(whoseMemory(mostMemory(''))).toBe('this machine has');
});
