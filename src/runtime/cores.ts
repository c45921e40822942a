/** @file Number of processor cores available to this process. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';

/** Reads a file of the system as text; throws where there is none. */
export type ReadText = (path: string) => string;

/** Largest number of threads that can be chosen. */
export const mostThreads = 9999;

const readText: ReadText = (path) => readFileSync(path, 'utf8');

/**
 * Number of physical cores that this process may use (hyper-threads of one core count once), within the processor time
 * that a container allows; `undefined` where the system does not report it (everywhere but Linux). ONNX Runtime's own
 * choice on Linux can be half of the logical processors even where each is a core of its own.
 */
export function coreCount(read: ReadText = readText): number | undefined {
  try {
    const siblings = (processor: number) =>
      read(`/sys/devices/system/cpu/cpu${processor}/topology/thread_siblings_list`);
    const cores = new Set(cpus().map((_, processor) => siblings(processor)));
    if (cores.size === 0) return undefined;
    // More threads than processor time would wait for one another while the system holds some of them back.
    const allowed = Math.max(1, Math.floor(processorQuota(read)));
    return Math.min(cores.size, availableParallelism(), allowed);
  } catch {
    return undefined;
  }
}

/**
 * Processors' worth of time that the control groups of this process allow, such as 1.5 in a container started with
 * `--cpus 1.5`; infinite where nothing limits it. Reads `cpu.max` (cgroup v2), or `cpu.cfs_quota_us` and
 * `cpu.cfs_period_us` (v1), of the process's group and of those above it.
 */
export function processorQuota(read: ReadText = readText): number {
  let quota = Number.POSITIVE_INFINITY;
  for (const line of textOf(read, '/proc/self/cgroup').split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === undefined || (controllers !== '' && !controllers!.split(',').includes('cpu'))) continue;
    for (let group = path; ; group = dirname(group)) {
      quota = Math.min(
        quota,
        controllers === '' ? quotaOfV2(read, group) : quotaOfV1(read, controllers!, group),
      );
      if (group === '/') break;
    }
  }
  return quota;
}

function quotaOfV2(read: ReadText, group: string): number {
  const [microseconds, period] = textOf(read, join('/sys/fs/cgroup', group, 'cpu.max')).split(/\s+/);
  return ratio(microseconds, period);
}

function quotaOfV1(read: ReadText, controllers: string, group: string): number {
  const folder = join('/sys/fs/cgroup', controllers, group);
  return ratio(
    textOf(read, join(folder, 'cpu.cfs_quota_us')),
    textOf(read, join(folder, 'cpu.cfs_period_us')),
  );
}

/** A quota by its period; infinite for `max`, −1, and where there is none. */
function ratio(quota: string | undefined, period: string | undefined): number {
  const processors = Number.parseInt(quota ?? '', 10) / Number.parseInt(period ?? '', 10);
  return processors > 0 ? processors : Number.POSITIVE_INFINITY;
}

/** A file's text; empty where there is no such file. */
function textOf(read: ReadText, path: string): string {
  try {
    return read(path);
  } catch {
    return '';
  }
}
