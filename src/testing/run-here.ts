/** @file Runs the `lamp` command line in the test's own process: quicker than `lamp` in a process of its own. */
import { vi } from 'vitest';
import { runCommandLine } from '../cli/lamp-program.ts';

/** Runs a command line; gives its exit code and what it wrote. */
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
