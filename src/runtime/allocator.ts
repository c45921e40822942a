/** @file Settings of the C library's memory allocator for processes that compute one thing and end. */
import { machineMemory } from './memory.ts';

/**
 * Settings of glibc's `malloc` (see `mallopt(3)`), which it reads from the environment when a process starts: values
 * are taken from the heap, and what was freed is used again instead of being given back to the system. A chain (see
 * `compileChain`) allocates each inner value anew; otherwise the system would map fresh pages for everything above
 * 32 MiB, which costs it a tenth of its speed at the size of Stable Diffusion.
 */
export const allocatorSettings = { MALLOC_MMAP_MAX_: '0', MALLOC_TRIM_THRESHOLD_: String(2 ** 33) } as const;

/** With less memory in a machine, using less of it counts more than speed: the settings cost a tenth of it. */
const enoughMemory = 15e9;

/**
 * The environment with `allocatorSettings`; `undefined` where they have no effect (elsewhere than on Linux), where
 * the environment has settings for the allocator already, or on machines with less than 15 GB of memory.
 */
export function withAllocatorSettings(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
  memory = machineMemory,
): NodeJS.ProcessEnv | undefined {
  if (platform !== 'linux' || memory < enoughMemory) return undefined;
  const chosen = Object.keys(env).some((name) => name.startsWith('MALLOC_') || name === 'GLIBC_TUNABLES');
  return chosen ? undefined : { ...env, ...allocatorSettings };
}
