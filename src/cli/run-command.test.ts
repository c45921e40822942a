import { Command } from 'commander';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { coreCount } from '../runtime/cores.ts';
import { sessionOptions } from '../runtime/devices.ts';
import { runCommand } from './run-command.ts';
import { withCommandOptions } from './setting-options.ts';

const before = process.env.LAMP_THREADS;
beforeEach(() => {
  process.env.LAMP_THREADS = '1';
});
afterEach(() => {
  process.env.LAMP_THREADS = before;
});

/** What a command with these words gives to the library, and the threads of its computations. */
async function ran(...words: string[]) {
  const command = withCommandOptions(new Command('generate').exitOverride());
  command.parse(words, { from: 'user' });
  return runCommand(command, async ({ onEvent: _, signal: __, ...options }) => [
    options,
    sessionOptions('cpu').intraOpNumThreads,
  ]);
}

test('--threads says how many threads compute, and is no setting of the library', async () => {
  expect(await ran('--threads', '3')).toEqual([{}, 3]);
});

test.skipIf(coreCount() === undefined)('more threads than cores are told of', async () => {
  const written: string[] = [];
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  try {
    await ran('--threads', '9999');
    await ran('--threads', '1');
  } finally {
    spy.mockRestore();
  }
  expect(written.join('')).toMatch(/--threads 9999 are more than the (\d+ cores|one core) that may be used/);
  expect(written.join('').match(/are more than/g)).toHaveLength(1);
});

test('without it, LAMP_THREADS does', async () => {
  expect(await ran()).toEqual([{}, 1]);
});
