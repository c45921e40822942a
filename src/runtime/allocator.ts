/** @file Settings of the C library's memory allocator for processes that compute one thing and end. */
import { machineMemory } from './free-memory.ts';

/**
 * Settings of glibc's `malloc` (see `mallopt(3)`), which it reads from the environment when a process starts. They
 * matter to a chain (see `compileChain`), which allocates each inner value anew.
 */
export const allocatorSettings = {
  /**
   * Values are taken from the heap, and what was freed is used again instead of being given back to the system, which
   * would otherwise map fresh pages for everything above 32 MiB: a tenth of the time at the size of Stable Diffusion.
   */
  fast: { MALLOC_MMAP_MAX_: '0', MALLOC_TRIM_THRESHOLD_: String(2 ** 33) },
  /** Every value above 4 MiB is given back when it is freed: no more is taken than is used. */
  thrifty: { MALLOC_MMAP_THRESHOLD_: String(2 ** 22) },
} as const;

/** How the allocator of a process works: with the settings of that name, or as the system has it. */
export type AllocatorKind = keyof typeof allocatorSettings | 'usual';

/** With less memory in a machine, using less of it counts more than speed. */
const enoughMemory = 15e9;

/**
 * The environment with the settings for a machine of this memory; `undefined` where they have no effect (elsewhere than
 * on Linux), or where the environment has settings for the allocator already.
 */
export function withAllocatorSettings(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
  memory = machineMemory,
): NodeJS.ProcessEnv | undefined {
  if (platform !== 'linux' || hasSettings(env)) return undefined;
  return { ...env, ...allocatorSettings[memory < enoughMemory ? 'thrifty' : 'fast'] };
}

/** Whether an environment has settings for glibc's allocator. */
function hasSettings(env: NodeJS.ProcessEnv): boolean {
  return Object.keys(env).some((name) => name.startsWith('MALLOC_') || name === 'GLIBC_TUNABLES');
}

/** What `allocatorKind` looks at. */
export interface AllocatorProcess {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** There from Node.js 22.15 on, where a command starts again with the settings. */
  readonly execve?: unknown;
}

/** How the allocator of a command works that trains or samples when it is started with the environment of this one. */
export function allocatorKind(
  { env, platform, execve }: AllocatorProcess = process,
  memory = machineMemory,
): AllocatorKind {
  const isChosen = (kind: keyof typeof allocatorSettings) =>
    Object.entries(allocatorSettings[kind]).every(([name, value]) => env[name] === value);
  if (isChosen('fast')) return 'fast';
  if (isChosen('thrifty')) return 'thrifty';
  if (execve === undefined || platform !== 'linux' || hasSettings(env)) return 'usual';
  return memory < enoughMemory ? 'thrifty' : 'fast';
}
