/** @file Runs the `lamp` command in the test's own process, which is faster than in a separate one. */
import { vi } from 'vitest';
import { runCommandLine } from '../cli/lamp-program.ts';

/** Runs a command line; returns its exit code and output. */
export async function runHere(...words: string[]) {
  const written = { stdout: '', stderr: '' };
  const take = (name: 'stdout' | 'stderr') =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += text;
      return true;
    });
  const spies = [take('stdout'), take('stderr')];
  try {
    return { code: await runCommandLine(words), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
