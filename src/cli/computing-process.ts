/** @file Starts the command again, in the same process, with the memory allocator's settings for large computations. */
import { withAllocatorSettings } from '../runtime/allocator.ts';
import { machineMemory } from '../runtime/free-memory.ts';

/** The commands that train or sample a network. */
export const computing: ReadonlySet<string> = new Set(['train', 'generate', 'animate', 'image', 'edit']);

/** `process.execve` of Node.js 22.15 and newer: replaces the program of this process; its id and terminal stay. */
type Execve = (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => never;

/**
 * Replaces this process by the same command with the allocator's settings in its environment, if it is one that
 * computes and Node.js can do that (from version 22.15 on, on Linux); otherwise does nothing.
 */
export function startAsComputing(
  words: readonly string[],
  { execve, env, execPath, execArgv, argv, platform } = process as typeof process & {
    readonly execve?: Execve;
  },
  memory = machineMemory,
): void {
  if (!execve || !computing.has(words[0] ?? '')) return;
  const chosen = withAllocatorSettings(env, platform, memory);
  if (chosen) execve(execPath, [execPath, ...execArgv, argv[1]!, ...words], chosen);
}
