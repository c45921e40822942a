import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { endOf } from './engine-child.ts';

const sleeping = () => spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'ignore' });

test.each([
  ['SIGKILL', [4, 5], 'was ended by SIGKILL, most likely by the system, which ran out of memory'],
  ['SIGKILL', [4, 4], 'was ended by SIGKILL'],
  ['SIGTERM', [4, 5], 'was ended by SIGTERM'],
] as const)(
  'a process ended by %s while the system counts %j kills for memory',
  async (signal, counts, text) => {
    const child = sleeping();
    const [...left] = counts;
    const end = endOf(child, () => left.shift() ?? counts[1]);
    child.kill(signal);
    expect(await end).toBe(text);
  },
);

test('a process that ends by itself', async () => {
  expect(await endOf(spawn(process.execPath, ['-e', 'process.exit(3)']))).toBe('ended with exit code 3');
});
