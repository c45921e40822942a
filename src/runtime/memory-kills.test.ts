import { platform } from 'node:os';
import { expect, test } from 'vitest';
import { memoryKills, memoryKillsIn } from './memory-kills.ts';

test('the number of processes ended for lack of memory is read from vmstat', () => {
  expect(memoryKillsIn('nr_free_pages 5\noom_kill 3\nnuma_hit 7\n')).toBe(3);
  expect(memoryKillsIn('nr_free_pages 5\n')).toBe(0);
});

test.runIf(platform() === 'linux')('this system says how many', () => {
  expect(Number.isInteger(memoryKills())).toBe(true);
});
